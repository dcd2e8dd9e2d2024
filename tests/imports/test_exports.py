"""What goes out comes back unchanged: export, import again, nothing new, nothing changed."""

import csv
import io
from pathlib import Path

import openpyxl
import pytest
from django.test import Client

from imports.exporting import COLUMNS, write_xlsx
from jiangjin.lib.money import YI
from projects.models import Investor, Project
from tests.builders import make_project, make_user
from tests.imports.books import SAMPLES, run

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("vocabulary")]
FOUR = ("ledger-2019.xls", "ledger-2020.xlsx", "register-tuanjiehu.csv", "arrivals-2020.xlsx")


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(make_user("leader", role="leader"))
    return client


def body(response) -> bytes:
    assert response.status_code == 200
    return b"".join(response.streaming_content)


@pytest.mark.parametrize("ending", ["xlsx", "csv"])
def test_the_whole_register_comes_back_unchanged(client: Client, tmp_path: Path, ending: str) -> None:
    for name in FOUR:
        assert run(SAMPLES / name)[0] == 0
    whole, agreed = Project.objects.count(), Project.objects.all().totals().agreed
    path = tmp_path / f"out.{ending}"
    path.write_bytes(body(client.get(f"/projects/export.{ending}")))
    status, answer = run(path)
    assert (status, answer["rows"], answer["unchanged"]) == (0, whole, whole), answer["errors"][:3]

    Project.objects.all().delete()
    Investor.objects.all().delete()
    status, answer = run(path)
    assert (status, answer["create"]) == (0, whole), answer["errors"][:3]
    assert Project.objects.all().totals().agreed == agreed


def test_the_export_holds_exactly_the_listed_rows(client: Client) -> None:
    run(SAMPLES / "ledger-2020.xlsx")
    book = openpyxl.load_workbook(io.BytesIO(body(client.get("/projects/export.xlsx?year=2020&min_capital=10"))))
    rows = list(book.active.iter_rows(values_only=True))
    amount = [column.field for column in COLUMNS].index("agreed_capital")
    assert (len(rows) - 1, round(sum(row[amount] for row in rows[1:]), 2)) == (24, 577)


def test_what_looks_like_a_formula_stays_text_and_comes_back(client: Client, tmp_path: Path) -> None:
    project = make_project("=1+1 项目", code="P-001", agreed="0.000001", remarks="@某人，-5，+3")
    text = body(client.get("/projects/export.csv")).decode("utf-8-sig")
    cells = next(csv.DictReader(io.StringIO(text)))
    assert not [cell for cell in cells.values() if cell.startswith(("=", "+", "-", "@"))]
    book = openpyxl.load_workbook(io.BytesIO(body(client.get("/projects/export.xlsx"))))
    assert {cell.data_type for cell in book.active[2]} <= {"s", "n", "d"}
    for ending in ("csv", "xlsx"):
        path = tmp_path / f"out.{ending}"
        path.write_bytes(body(client.get(f"/projects/export.{ending}")))
        assert run(path)[1]["unchanged"] == 1
    assert project.agreed_capital == YI / 1_000_000


def test_a_recorder_of_own_parks_exports_no_others(settings) -> None:
    settings.RECORDERS_SEE_OWN_PARKS = True
    make_project("双福的", park="shuangfu")
    make_project("德感的", park="degan")
    client = Client()
    client.force_login(make_user("recorder", role="recorder", parks=["shuangfu"]))
    text = body(client.get("/projects/export.csv")).decode("utf-8-sig")
    assert "双福的" in text
    assert "德感的" not in text


def test_a_condition_that_nobody_understands_is_refused(client: Client) -> None:
    assert client.get("/projects/export.csv?year=abc").status_code == 400


def test_the_template_has_the_headers_and_no_rows(client: Client, tmp_path: Path) -> None:
    path = tmp_path / "template.xlsx"
    path.write_bytes(body(client.get("/imports/template.xlsx")))
    status, answer = run(path)
    assert (status, [error["code"] for error in answer["errors"]]) == (2, ["no_rows"])


def test_an_export_has_constant_queries(django_assert_num_queries) -> None:
    for count in (2, 6):
        for __ in range(count):
            make_project(agreed="1", investor="甲公司", planned={"started": "2021-01-01"})
        with django_assert_num_queries(9):
            write_xlsx(io.BytesIO(), Project.objects.all())
