"""Import and export in the admin: projects over the ledgers' columns, and the plain tables."""

import datetime
from decimal import Decimal
from io import BytesIO

import openpyxl
import pytest
import tablib
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import gettext

from imports.resources import ProjectResource
from jiangjin.lib.dates import PartialDay
from jiangjin.lib.money import YI
from parks.admin import ParkResource
from projects.admin import InvestorResource
from projects.models import Investor, Project
from reports.admin import PublishedFigureResource
from tests.admin.fillers import fill, fill_everything
from tests.builders import make_investor, make_project

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("vocabulary")]


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


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("总投资（亿元）", "9"),
        ("签约时间", "2019-01-01"),
        ("项目阶段", "已投产"),
        ("实际开工时间", "2020-08-01"),
        ("投资方", "别的公司"),
        ("推进情况分类", "终止"),
        ("挂帅领导", "毛平"),
    ],
)
def test_what_has_rules_of_its_own_is_refused_with_the_columns_name(header: str, value: str) -> None:
    project = make_project(code="P-001", agreed="5", investor="甲公司")
    result = ProjectResource().import_data(
        tablib.Dataset(["P-001", value], headers=["项目编号", header]), dry_run=False
    )
    assert header in str(result.rows[0].errors[0].error)
    assert (project.history.count(), Project.objects.get().version) == (1, 1)


def test_a_voided_project_is_not_changed_by_an_import() -> None:
    make_project(code="P-001", voided="重复")
    data = tablib.Dataset(["P-001", "区商务委"], headers=["项目编号", "责任单位"])
    assert ProjectResource().import_data(data, dry_run=False).has_errors()
    assert Project.objects.get().lead_unit == ""


@pytest.mark.parametrize("headers", [["项目编号", "责任单味"], ["项目名称", "责任单位"], []])
def test_a_file_with_a_column_nobody_reads_or_without_numbers_is_refused_as_a_whole(headers: list[str]) -> None:
    make_project(code="P-001")
    result = ProjectResource().import_data(tablib.Dataset(*[["P-001", "x"]] * bool(headers), headers=headers or None))
    assert [bool(result.base_errors), len(result.rows)] == [True, 0]


EXPORTED = ("projects_project", "projects_investor", "parks_park", "industries_cluster", "reports_publishedfigure")


def queries_of(act) -> int:
    with CaptureQueriesContext(connection) as captured:
        act()
    return len([query for query in captured.captured_queries if "SAVEPOINT" not in query["sql"]])


def test_imports_and_exports_have_constant_queries(client: Client) -> None:
    client.get("/admin/")
    counts = []
    for first, last in ((0, 2), (2, 10)):
        fill_everything(first, last)
        data = exported()
        resources = (ProjectResource, InvestorResource, ParkResource, PublishedFigureResource)
        plain = [(resource, resource().export()) for resource in resources]
        counts.append(
            [
                queries_of(exported),
                *[queries_of(lambda name=name: client.get(reverse(f"admin:{name}_export"))) for name in EXPORTED],
                queries_of(lambda data=data: ProjectResource().import_data(data, dry_run=True)),
                *[queries_of(lambda r=r, d=d: r().import_data(d, dry_run=True)) for r, d in plain],
                *[queries_of(lambda r=r: r().export()) for r, __ in plain],
            ]
        )
    assert counts[0] == counts[1]


@pytest.mark.parametrize("resource", [InvestorResource, ParkResource, PublishedFigureResource])
def test_a_plain_export_imported_again_changes_nothing(resource: type) -> None:
    fill_everything(0, 3)
    data = resource().export()
    result = resource().import_data(data, dry_run=False)
    assert not result.has_errors()
    assert not result.has_validation_errors()
    assert result.totals["skip"] == len(data)


def test_an_investor_is_checked_as_in_its_form_and_never_made() -> None:
    investor = make_investor("甲公司")
    wrong = tablib.Dataset([investor.pk, "123"], headers=["id", "credit_code"])
    assert InvestorResource().import_data(wrong, dry_run=False).has_validation_errors()
    unknown = tablib.Dataset([investor.pk + 1, "乙公司"], headers=["id", "name"])
    assert InvestorResource().import_data(unknown, dry_run=False).has_errors()
    good = tablib.Dataset([investor.pk, "丙公司"], headers=["id", "name"])
    InvestorResource().import_data(good, dry_run=False)
    assert [(row.name, row.name_key, row.credit_code) for row in Investor.objects.all()] == [("丙公司", "丙公司", None)]


def test_a_park_three_levels_deep_is_refused() -> None:
    data = tablib.Dataset(["degan", "luohuang-smart-home"], headers=["code", "parent"])
    assert ParkResource().import_data(data, dry_run=False).has_validation_errors()


def test_what_looks_like_a_formula_is_neutralised_and_restored() -> None:
    investor = make_investor("甲公司", remarks="=1+1")
    data = InvestorResource().export()
    assert dict(zip(data.headers, data[0], strict=True))["remarks"] == "'=1+1"
    InvestorResource().import_data(data, dry_run=False)
    investor.refresh_from_db()
    assert investor.remarks == "=1+1"


def test_control_characters_stop_no_export(client: Client) -> None:
    make_project("甲项目", code="P-001", remarks="第一行\x0b第二行\x07")
    make_investor("甲公司", remarks="甲\x07")
    for name in ("projects_project", "projects_investor"):
        content = client.get(reverse(f"admin:{name}_export")).content
        assert openpyxl.load_workbook(BytesIO(content)).active.max_row > 1


def upload(client: Client, name: str, content: bytes, number: str):
    file = BytesIO(content)
    file.name = name
    return client.post(reverse("admin:projects_project_import"), {"import_file": file, "format": number})


def test_a_file_goes_in_by_preview_and_confirmation(client: Client) -> None:
    project = make_project("甲项目", code="P-001", agreed="5", signed="2020-06-30")
    book = openpyxl.Workbook()
    book.active.append(["项目编号", "责任单位", "签约时间", "协议投资额（亿元）", "解决就业"])
    book.active.append(["P-001", "区商务委", datetime.date(2020, 6, 30), 5.0, 30])
    target = BytesIO()
    book.save(target)
    preview = upload(client, "a.xlsx", target.getvalue(), "0")
    project.refresh_from_db()
    assert (project.lead_unit, preview.context["result"].totals["update"]) == ("", 1)
    form = preview.context["confirm_form"]
    answer = client.post(reverse("admin:projects_project_process_import"), form.initial)
    assert answer.status_code == 302
    project.refresh_from_db()
    assert (project.lead_unit, project.expected_jobs, project.version) == ("区商务委", 30, 2)
    newest = project.history.first()
    assert (newest.history_user.username, newest.history_change_reason) == ("boss", "admin import")
    assert (project.agreed_capital, project.signed_on) == (Decimal(50000), PartialDay.from_iso("2020-06-30"))


@pytest.mark.parametrize("content", ["项目编号,责任单味\nP-001,x\n", "\n", "项目编号\n", "", "项目编号,备注\nP-001\n"])
def test_a_file_that_cannot_be_taken_gets_a_sentence(client: Client, content: str) -> None:
    make_project(code="P-001")
    response = upload(client, "a.csv", content.encode(), "1")
    assert response.status_code == 200
    assert "Traceback" not in response.content.decode()
    assert "File &quot;" not in response.content.decode()


def test_import_and_export_pages_open(client: Client) -> None:
    make_project("甲项目", code="P-001", agreed="5")
    make_investor("乙公司")
    for name in ("admin:projects_project_import", "admin:projects_project_export", "admin:parks_park_export"):
        assert client.get(reverse(name)).status_code == 200


def test_an_exported_workbook_has_typed_cells_and_comes_back_unchanged(client: Client) -> None:
    project = make_project("=甲项目", code="P-001", agreed="6.123456", signed="2020-06-30", planned={"started": "2021"})
    content = client.get(reverse("admin:projects_project_export")).content
    sheet = openpyxl.load_workbook(BytesIO(content)).active
    cells = {head.value: cell for head, cell in zip(sheet[1], sheet[2], strict=True)}
    assert (cells["项目名称"].value, cells["计划开工时间"].value, cells["备注"].value) == ("'=甲项目", "2021", None)
    assert cells["协议投资额（亿元）"].value == 6.123456
    assert (cells["签约时间"].value.date(), sheet.freeze_panes) == (datetime.date(2020, 6, 30), "A2")
    preview = upload(client, "a.xlsx", content, "0")
    assert preview.context["result"].totals["skip"] == 1
    assert project.history.count() == 1


def test_the_ledger_of_the_list_is_taken_too(client: Client) -> None:
    project = make_project("甲项目", code="P-001", agreed="5", park="degan")
    content = b"".join(client.get("/imports/ledger.xlsx").streaming_content)
    Project.objects.filter(pk=project.pk).update(lead_unit="区商务委")
    preview = upload(client, "a.xlsx", content, "0")
    assert preview.context["result"].totals["skip"] == 1


def workbook(*rows: list) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    target = BytesIO()
    book.save(target)
    return target.getvalue()


HEAD = ["项目编号", "备注"]
NO_ROWS = "The file has no rows below its headers."
NO_NAME = "A cell stands right of the last column's name. Name its column, or take it out."
UNREADABLE = "This is no .xlsx workbook, and no .csv text in UTF-8 with rows as long as its headers."
UNTAKEN = [
    (workbook(), "0", NO_ROWS),
    (workbook(HEAD), "0", NO_ROWS),
    (workbook(HEAD, ["P-001", "甲", "多出来的"]), "0", NO_NAME),
    (b"not a workbook", "0", UNREADABLE),
    ("项目编号,备注\nP-001,甲\n".encode("gbk"), "1", UNREADABLE),
    ("项目编号,备注\nP-001,甲,多\n".encode(), "1", UNREADABLE),
    ("项目编号,备注\n".encode(), "1", NO_ROWS),
]


@pytest.mark.parametrize(("content", "number", "said"), UNTAKEN)
def test_a_file_that_cannot_be_taken_gets_our_sentence(client: Client, content: bytes, number: str, said: str) -> None:
    make_project(code="P-001")
    response = upload(client, "a.file", content, number)
    assert response.context["form"].errors["import_file"] == [gettext(said)]
    assert Project.objects.get().remarks == ""


def test_rows_that_end_early_and_empty_rows_are_taken(client: Client) -> None:
    make_project(code="P-001", agreed="5")
    preview = upload(client, "a.xlsx", workbook([*HEAD, "责任单位"], [], ["P-001", "甲"], [], ["", None, " "]), "0")
    result = preview.context["result"]
    assert (result.totals["update"], result.totals["error"]) == (1, 1)


def test_a_cell_that_does_not_fit_gets_a_sentence_in_chinese() -> None:
    data = tablib.Dataset(["degan", "x", "nowhere"], headers=["code", "position", "parent"])
    result = ParkResource().import_data(data, dry_run=False)
    said = result.invalid_rows[0].field_specific_errors
    assert set(said) == {"position", "parent"}
    assert [word in said[name][0] for name, word in (("position", "x"), ("parent", "nowhere"))] == [True, True]
    assert "matching query" not in said["parent"][0]
