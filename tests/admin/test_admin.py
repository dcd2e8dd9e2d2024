"""The stock admin: who enters, what can only be looked at, what is corrected."""

import pytest
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from imports.models import ImportBatch, ImportRow
from industries.models import Chain, Cluster
from parks.models import Park
from projects.models import CapitalArrival, CapitalCommitment, Milestone, Project
from tests.admin.fillers import fill, fill_everything
from tests.builders import make_investor, make_project, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("vocabulary")]
OURS = [model for model in admin.site._registry if model._meta.app_label not in {"auth", "axes"}]


def listing(model: type) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


def test_the_admin_modules_pass_their_checks() -> None:
    """`manage.py check` runs them before the pages' addresses load these modules."""
    assert admin.site.check(None) == []


def test_every_model_of_ours_is_there() -> None:
    names = {model.__name__ for model in OURS}
    assert {"Project", "Investor", "Park", "Cluster", "Chain", "User", "ImportBatch", "PublishedFigure"} <= names


@pytest.mark.parametrize("role", ["recorder", "manager", "leader", "auditor"])
def test_only_administrators_enter(role: str) -> None:
    client = Client()
    client.force_login(make_user(role, role=role, all_parks=True))
    assert client.get("/admin/").status_code == 302


def test_lists_have_constant_queries(client: Client) -> None:
    def measure() -> tuple[dict[str, int], dict[str, int]]:
        rows, queries = {}, {}
        for model in OURS:
            with CaptureQueriesContext(connection) as captured:
                response = client.get(listing(model))
            rows[model.__name__], queries[model.__name__] = response.context["cl"].result_count, len(captured)
        return rows, queries

    client.get("/admin/")  # the first page of a session writes it
    fill_everything(0, 3)
    few, before = measure()
    fill_everything(3, 30)
    many, after = measure()
    assert {name: many[name] - few[name] for name in few} == dict.fromkeys(few, 27)  # every list has grown
    assert after == before


@pytest.mark.parametrize("model", [CapitalCommitment, Milestone, ImportBatch, ImportRow])
def test_what_has_rules_of_its_own_can_only_be_looked_at(client: Client, model: type) -> None:
    fill(1)
    row = model.objects.first()
    change = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_change", args=[row.pk])
    assert client.get(change).status_code == 200
    assert client.post(change, {}).status_code == 403
    assert client.post(change.replace("/change/", "/delete/"), {"post": "yes"}).status_code == 403


@pytest.mark.parametrize("model", [CapitalCommitment, CapitalArrival])
def test_the_history_shows_and_brings_nothing_back(client: Client, model: type) -> None:
    fill(1)
    row = model.objects.get()
    first, old = row.history.get(), row.amount
    row.amount += 1
    row.save()
    names = ("project", "kind", "amount", "committed_on", "month", "origin", "note")
    data = {name: str(value) for name in names if (value := getattr(first.instance, name, None)) is not None}
    url = reverse(f"admin:projects_{model._meta.model_name}_simple_history", args=[row.pk, first.history_id])
    assert client.get(url).status_code == 200
    assert client.post(url, data | {"project": row.project_id}).status_code == 403
    row.refresh_from_db()
    assert row.amount == old + 1


def test_a_projects_capital_does_not_come_back_with_its_history(client: Client) -> None:
    project = make_project("甲项目", agreed="5")
    url = reverse("admin:projects_project_simple_history", args=[project.pk, project.history.get().history_id])
    assert client.get(url).status_code == 200
    form = client.get(f"/admin/projects/project/{project.pk}/change/").context["adminform"].form
    data = {name: form[name].value() or "" for name in form.fields}
    assert client.post(url, data).status_code == 403
    assert project.history.count() == 1


def test_amounts_and_days_of_a_project_can_only_be_looked_at(client: Client) -> None:
    project = make_project()
    form = client.get(f"/admin/projects/project/{project.pk}/change/").context["adminform"].form
    ruled = {"planned_total", "expected_output", "signed_on", "first_contact_on", "condition", "voided_at", "code"}
    assert not ruled & set(form.fields)
    assert {"name", "park", "lead_unit"} <= set(form.fields)


def change(client: Client, project: Project, **values: object):
    """Open the project's form, and save it with other values."""
    url = f"/admin/projects/project/{project.pk}/change/"
    form = client.get(url).context["adminform"].form
    return client.post(url, {name: form[name].value() or "" for name in form.fields} | values)


def test_who_saves_second_overwrites_nothing(client: Client) -> None:
    project = make_project("甲项目")
    response = change(client, project, opened_version=0, lead_unit="区商务委")
    assert response.status_code == 200
    assert "有人先保存" in response.content.decode() or "Somebody else" in response.content.decode()
    project.refresh_from_db()
    assert (project.lead_unit, project.version) == ("", 1)


def test_a_chain_of_another_cluster_is_refused(client: Client) -> None:
    project = make_project(cluster="materials")
    chain = Chain.objects.exclude(cluster__code="materials").first()
    assert change(client, project, chain=chain.pk).status_code == 200
    project.refresh_from_db()
    assert project.chain is None


def test_a_voided_project_can_only_be_looked_at(client: Client) -> None:
    project = make_project(voided="重复")
    url = f"/admin/projects/project/{project.pk}/change/"
    assert client.get(url).status_code == 200
    assert client.post(url, {"name": "乙"}).status_code == 403
    assert client.get(listing(Project) + "?voided_at__isempty=0").context["cl"].result_count == 1


def test_an_investors_name_is_found_under_its_new_spelling(client: Client) -> None:
    investor = make_investor("甲公司")
    url = f"/admin/projects/investor/{investor.pk}/change/"
    formset = {f"honours-{name}": 0 for name in ("TOTAL_FORMS", "INITIAL_FORMS")}
    assert client.post(url, {"name": "乙公司", **formset}).status_code == 302
    investor.refresh_from_db()
    assert (investor.name_key, investor.name_initials) == ("乙公司", "ygs")


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


@pytest.mark.parametrize("name", ["\u200b", "\u3000", "\x0b"])
def test_a_name_of_invisible_characters_is_no_name(client: Client, name: str) -> None:
    project, investor = make_project("甲项目"), make_investor("甲公司")
    assert change(client, project, name=name).status_code == 200
    url = f"/admin/projects/investor/{investor.pk}/change/"
    formset = {f"honours-{part}": 0 for part in ("TOTAL_FORMS", "INITIAL_FORMS")}
    assert client.post(url, {"name": name, **formset}).status_code == 200
    official = {"name": name, "post": "区长"}
    assert client.post("/admin/projects/official/add/", official).status_code == 200
    project.refresh_from_db()
    assert (project.name, project.version) == ("甲项目", 1)


def test_text_is_stored_as_an_import_stores_it(client: Client) -> None:
    project = make_project("甲项目")
    typed = {
        "remarks": "第一行 \r\n\r\n第二  行\u200b",
        "lead_unit": " 区商务委 \u200b ",
        "contact_phone": "13900000001 ",
    }
    assert change(client, project, **typed).status_code == 302
    project.refresh_from_db()
    assert (project.remarks, project.lead_unit) == ("第一行\n\n第二 行", "区商务委")
    assert project.contact_phone == "13900000001"


@pytest.mark.parametrize("values", [{"contact_phone": "见附件"}, {"remarks": "长" * 32_768}])
def test_what_no_ledger_could_hold_is_refused_at_its_field(client: Client, values: dict[str, str]) -> None:
    response = change(client, make_project("甲项目"), **values)
    assert (response.status_code, list(response.context["adminform"].form.errors)) == (200, list(values))


def test_a_phone_that_was_there_before_stops_no_other_correction(client: Client) -> None:
    project = make_project("甲项目", contact_phone="见附件")
    assert change(client, project, lead_unit="区商务委").status_code == 302
    project.refresh_from_db()
    assert (project.lead_unit, project.contact_phone) == ("区商务委", "见附件")
