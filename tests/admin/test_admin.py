"""The stock admin: who enters, what can only be looked at, import and export over the ledgers' columns."""

from io import BytesIO

import pytest
import tablib
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from imports.models import ImportBatch, ImportRow
from imports.resources import ProjectResource
from industries.models import Cluster
from jiangjin.lib.money import YI
from parks.models import Park
from projects.models import CapitalCommitment, Milestone, Project
from tests.builders import make_investor, make_project, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("vocabulary")]
OURS = [model for model in admin.site._registry if model._meta.app_label not in {"auth", "axes"}]


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(make_user("boss", role="admin"))
    return client


def fill(count: int) -> None:
    for number in range(count):
        project = make_project(
            agreed="5",
            park="shuangfu",
            cluster="materials",
            investor=f"甲{number}公司",
            planned={"started": "2021"},
            arrivals={"2020-07": "100"},
            official=("毛平", "区长"),
        )
        batch = ImportBatch.objects.create(filename="a.xlsx", sha256="0" * 64)
        ImportRow.objects.create(batch=batch, sheet="a", row=1, action="create", project=project)


def listing(model: type) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


def test_every_model_of_ours_is_there() -> None:
    names = {model.__name__ for model in OURS}
    assert {"Project", "Investor", "Park", "Cluster", "Chain", "User", "ImportBatch", "PublishedFigure"} <= names


@pytest.mark.parametrize("role", ["recorder", "manager", "leader", "auditor"])
def test_only_administrators_enter(role: str) -> None:
    client = Client()
    client.force_login(make_user(role, role=role, all_parks=True))
    assert client.get("/admin/").status_code == 302


@pytest.mark.parametrize("model", OURS, ids=lambda model: model.__name__)
def test_lists_have_constant_queries(client: Client, model: type, django_assert_max_num_queries) -> None:
    counts = []
    client.get("/admin/")  # the first page of a session writes it
    for more in (3, 12):
        fill(more)
        with django_assert_max_num_queries(40) as captured:
            assert client.get(listing(model)).status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("model", [CapitalCommitment, Milestone, ImportBatch, ImportRow])
def test_what_has_rules_of_its_own_can_only_be_looked_at(client: Client, model: type) -> None:
    fill(1)
    row = model.objects.first()
    change = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_change", args=[row.pk])
    assert client.get(change).status_code == 200
    assert client.post(change, {}).status_code == 403
    assert client.post(change.replace("/change/", "/delete/"), {"post": "yes"}).status_code == 403


def test_a_projects_plain_column_is_corrected_with_history(client: Client) -> None:
    project = make_project("甲项目", agreed="5", park="shuangfu")
    url = reverse("admin:projects_project_change", args=[project.pk])
    form = client.get(url).context["adminform"].form
    assert not {"agreed_capital", "arrived_capital", "stage", "version"} & set(form.fields)
    data = {name: form[name].value() or "" for name in form.fields} | {"name": "乙项目", "lead_unit": "区商务委"}
    assert client.post(url, data).status_code == 302
    project.refresh_from_db()
    assert (project.name, project.lead_unit, project.version) == ("乙项目", "区商务委", 2)
    assert project.history.count() == 2
    assert client.post(url.replace("/change/", "/delete/"), {"post": "yes"}).status_code == 403


def test_a_park_in_use_cannot_be_deleted(client: Client) -> None:
    make_project(park="shuangfu")
    park = Park.objects.get(code="shuangfu")
    url = reverse("admin:parks_park_delete", args=[park.pk])
    assert client.post(url, {"post": "yes"}).status_code == 200
    assert Park.objects.filter(pk=park.pk).exists()


def test_aliases_are_typed_one_a_line(client: Client) -> None:
    cluster = Cluster.objects.get(code="materials")
    url = reverse("admin:industries_cluster_change", args=[cluster.pk])
    data = {"code": "materials", "name": "材料", "group": "4", "position": 4, "aliases": "新材料\n 材料业 \n\n新材料"}
    assert client.post(url, data).status_code == 302
    cluster.refresh_from_db()
    assert cluster.aliases == ["新材料", "材料业"]


def exported() -> tablib.Dataset:
    return ProjectResource().export()


def test_the_export_has_the_ledgers_columns() -> None:
    make_project("甲项目", code="P-001", agreed="62", increases=[("42", None)], investor="和邦", signed="2020")
    data = exported()
    row = dict(zip(data.headers, data[0], strict=True))
    assert (row["项目编号"], row["项目名称"], row["投资方"]) == ("P-001", "甲项目", "和邦")
    assert (row["协议投资额（亿元）"], row["增资额（亿元）"]) == (104, 42)


def test_an_export_imported_again_changes_nothing() -> None:
    fill(3)
    result = ProjectResource().import_data(exported(), dry_run=False)
    assert not result.has_errors(), [str(error.error) for row in result.rows for error in row.errors]
    assert result.totals["skip"] == 3


def test_plain_columns_are_imported_and_amounts_refused() -> None:
    project = make_project("甲项目", code="P-001", agreed="5", park="shuangfu")
    good = tablib.Dataset(["P-001", "区商务委", "德感"], headers=["项目编号", "责任单位", "落户园区"])
    result = ProjectResource().import_data(good, dry_run=False)
    assert not result.has_errors()
    project.refresh_from_db()
    assert (project.lead_unit, project.park.code, project.version) == ("区商务委", "degan", 2)
    bad = tablib.Dataset(["P-001", "7"], headers=["项目编号", "协议投资额（亿元）"])
    assert ProjectResource().import_data(bad, dry_run=False).has_errors()
    unknown = tablib.Dataset(["P-002", "乙"], headers=["项目编号", "项目名称"])
    assert ProjectResource().import_data(unknown, dry_run=False).has_errors()
    project.refresh_from_db()
    assert (project.agreed_capital, Project.objects.count()) == (5 * YI, 1)


def test_an_import_has_constant_queries() -> None:
    counts = []
    for count in (2, 8):
        for __ in range(count):
            make_project(agreed="5", park="shuangfu")
        data = exported()
        with CaptureQueriesContext(connection) as captured:
            ProjectResource().import_data(data, dry_run=True)
        counts.append(len([query for query in captured.captured_queries if "SAVEPOINT" not in query["sql"]]))
    assert counts[0] == counts[1]


def test_import_and_export_pages_open(client: Client) -> None:
    make_project("甲项目", code="P-001", agreed="5")
    make_investor("乙公司")
    for name in ("admin:projects_project_import", "admin:projects_project_export", "admin:parks_park_export"):
        assert client.get(reverse(name)).status_code == 200
    file = BytesIO("项目编号,责任单位\nP-001,区商务委\n".encode())
    file.name = "a.csv"
    response = client.post(reverse("admin:projects_project_import"), {"import_file": file, "format": "1"})
    assert response.status_code == 200
    assert "区商务委" in response.content.decode()
