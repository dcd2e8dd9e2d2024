"""The four sample ledgers, imported in their order, give exactly what they are known to total."""

import json
from decimal import Decimal

import pytest
from django.db.models import Sum
from django.test import Client

from industries.models import Cluster
from jiangjin.lib.money import YI
from parks.models import Park
from projects.choices import HonourKind, Stage
from projects.models import CapitalArrival, CapitalCommitment, Project
from projects.periods import Period
from reports import figures
from reports.links import list_url
from reports.reconciling import reconciled
from tests.builders import make_user
from tests.imports.books import SAMPLES, run
from tests.reports.pages import totals as totals_of_page

EXPECTED = json.loads((SAMPLES / "expected.json").read_text(encoding="utf-8"))
FOUR = ("ledger-2019.xls", "ledger-2020.xlsx", "register-tuanjiehu.csv", "arrivals-2020.xlsx")

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("vocabulary")]


def bring(*names: str) -> list[dict]:
    answers = []
    for name in names:
        status, answer = run(SAMPLES / name)
        assert status == 0, answer["errors"][:3]
        answers.append(answer)
    return answers


def test_the_ledger_of_2019() -> None:
    (answer,) = bring("ledger-2019.xls")
    expected = EXPECTED["ledger-2019.xls"]
    assert (answer["rows"], answer["create"]) == (expected["rows"], expected["rows"])
    assert Decimal(answer["agreed_capital"]) == Decimal(expected["agreed_capital_yi"]) * YI
    assert answer["sheets"][0]["columns"][5]["unit"] == "万元"


def test_the_ledger_of_2020() -> None:
    (answer,) = bring("ledger-2020.xlsx")
    expected = EXPECTED["ledger-2020.xlsx"]
    assert (answer["create"], answer["update"], answer["unchanged"], answer["refused"]) == (192, 0, 0, 0)
    assert Decimal(answer["agreed_capital"]) == Decimal(expected["agreed_capital_yi"]) * YI
    assert answer["unknown_capital"] == expected["unknown_capital"]
    sheet = answer["sheets"][0]
    assert (sheet["header_rows"], sheet["unit"], sheet["unmapped"]) == ([3, 4], "亿元", [])
    assert {"row": 54, "reason": "subtotal"} in sheet["skipped"]
    assert {"row": 203, "reason": "total"} in sheet["skipped"]

    year = Project.objects.in_period(Period(2020))
    assert year.at_least(10 * YI).count() == expected["at_least_1_billion_yuan"]
    assert year.at_least(50 * YI).count() == expected["at_least_5_billion_yuan"]
    assert (
        figures.firms_with(Project.objects.signed_within(Period(2020)), HonourKind.CHINA_500) == expected["china_500"]
    )
    assert figures.firms_with(Project.objects.signed_within(Period(2020)), HonourKind.LISTED) == expected["listed"]
    assert Project.objects.filter(source="外出招商").count() == expected["from_outbound_visits"]


def test_each_cluster_of_2020() -> None:
    bring("ledger-2019.xls", "ledger-2020.xlsx")
    for code, (projects, amount) in EXPECTED["ledger-2020.xlsx"]["clusters"].items():
        totals = (
            Project.objects.filter(cluster=Cluster.objects.get(code=code)).in_period(Period(2020)).totals(Period(2020))
        )
        assert (code, totals.projects, totals.agreed) == (code, projects, Decimal(amount) * YI)


def test_each_park_of_2020_alone_and_with_its_children() -> None:
    bring("ledger-2020.xlsx")
    for name, (projects, amount) in EXPECTED["parks_2020"].items():
        park = None if name == "none" else Park.objects.get(name=name)
        alone = Project.objects.filter(park=park).totals(Period(2020))
        assert (name, alone.projects, alone.agreed) == (name, projects, Decimal(amount) * YI)
    for name, (projects, amount) in EXPECTED["parks_2020_with_children"].items():
        code = Park.objects.get(name=name).code
        whole = Project.objects.in_parks([code]).in_period(Period(2020)).totals(Period(2020))
        assert (name, whole.projects, whole.agreed) == (name, projects, Decimal(amount) * YI)


def test_the_stages_of_2020() -> None:
    bring("ledger-2019.xls", "ledger-2020.xlsx")
    words = {
        "已签约": Stage.SIGNED,
        "在建": Stage.CONSTRUCTION,
        "已投产": Stage.PRODUCTION,
        "已达产": Stage.FULL_PRODUCTION,
    }
    signed = Project.objects.signed_within(Period(2020))
    assert {word: signed.filter(stage=stage).count() for word, stage in words.items()} == EXPECTED["stages_2020"]


def test_the_register_of_tuanjiehu_after_the_ledgers() -> None:
    *__, answer = bring("ledger-2019.xls", "ledger-2020.xlsx", "register-tuanjiehu.csv")
    expected = EXPECTED["register-tuanjiehu.csv"]
    assert answer["rows"] == expected["rows"]
    assert answer["create"] == expected["new_projects"]
    assert answer["update"] + answer["unchanged"] == expected["already_known"]
    assert Decimal(answer["agreed_capital"]) == Decimal(expected["agreed_capital_yi"]) * YI
    there = Project.objects.in_parks(["tuanjiehu"])
    assert there.count() == expected["rows"]
    assert there.filter(stage=Stage.PRODUCTION).count() == expected["in_production"]


def test_the_arrivals_of_2020() -> None:
    *__, answer = bring(*FOUR)
    expected = EXPECTED["arrivals-2020.xlsx"]
    assert (answer["kind"], answer["create"], answer["refused"]) == ("arrivals", expected["projects"], 0)
    assert answer["arrivals"] == expected["arrivals"]
    assert Decimal(answer["arrived_capital"]) == Decimal(expected["arrived_wan"])
    assert CapitalArrival.objects.count() == expected["arrivals"]
    assert Project.objects.aggregate(total=Sum("arrived_capital"))["total"] == Decimal(expected["arrived_wan"])


def test_the_published_figures_agree_with_the_computed_ones(client: Client) -> None:
    """The article's figures of 2020; those that no register of projects can answer say so."""
    bring(*FOUR)
    lines = reconciled(Project.objects.counted(), None, {})
    said = {(line.published.scope_code or "district", line.published.measure): line for line in lines}
    assert {line.verdict for line in lines} == {"agrees", "nearly", "unanswered"}
    computed = {
        ("district", "new_projects"): "192",
        ("district", "agreed_capital"): "1036",
        ("district", "new_projects_change"): "27",
        ("district", "projects_of_5_billion_yuan_or_more"): "3",
        ("district", "projects_of_1_billion_yuan_or_more"): "24",
        ("district", "china_500_firms"): "3",
        ("district", "listed_firms"): "4",
        ("district", "signings_from_visits"): "56",
        ("consumer-goods", "agreed_capital_growth"): "92",
        ("consumer-goods", "agreed_capital_change"): "65",
        ("tuanjiehu", "new_projects"): "32",
        ("tuanjiehu", "agreed_capital"): "150",
        ("tuanjiehu", "projects_in_production"): "19",
    }
    assert {key: str(round(said[key].computed)) for key in computed} == computed
    assert said["district", "industrial_output"].why
    client.force_login(make_user("leader", role="leader"))
    for line in lines:
        if line.params and line.published.unit == "个" and line.published.measure != "new_projects_change":
            found = totals_of_page(client, list_url(line.params))
            assert Decimal(found["data-count"]) == line.computed, line
    assert client.get("/reports/reconciliation/").status_code == 200


def test_all_four_again_change_nothing() -> None:
    bring(*FOUR)
    before = register()
    for answer in bring(*FOUR):
        assert (answer["file"], answer["create"], answer["update"]) == (answer["file"], 0, 0)
        assert answer["unchanged"] == answer["rows"]
    assert register() == before


def test_every_created_row_has_its_history() -> None:
    bring("ledger-2020.xlsx")
    for model in (Project, CapitalCommitment):
        assert model.history.filter(history_type="+").count() == model.objects.count()
    newest = Project.history.order_by("-history_id").first()
    assert newest.history_change_reason.startswith("import ")


def register() -> list:
    columns = [field.attname for field in Project._meta.concrete_fields]
    history = sum(model.history.count() for model in (Project, CapitalCommitment, CapitalArrival))
    return [history, *Project.objects.order_by("pk").values_list(*columns)]
