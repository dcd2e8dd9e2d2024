"""The import pages as people use them: bring, look, decide, write; and who may."""

import re
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import User
from imports.models import BatchState, ImportBatch
from jiangjin.lib.money import YI
from projects.models import Project
from tests.builders import make_project, make_user
from tests.imports.books import SAMPLES, ledger, run

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("vocabulary")]


@pytest.fixture
def manager() -> User:
    return make_user("manager", role="manager", all_parks=True)


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def bring(client: Client, path: Path, name: str = ""):
    file = SimpleUploadedFile(name or path.name, path.read_bytes())
    return client.post("/imports/", {"file": file})


def digest_of(response) -> str:
    return re.search(r'name="digest" value="([0-9a-f]{64})"', response.content.decode()).group(1)


def confirm(client: Client, batch: ImportBatch, digest: str, **more: str):
    return client.post(f"/imports/{batch.pk}/confirm/", {"digest": digest, **more}, follow=True)


def test_the_page_and_the_command_agree(manager: User) -> None:
    client = client_of(manager)
    response = bring(client, SAMPLES / "ledger-2020.xlsx")
    batch = ImportBatch.objects.get()
    assert response.url == f"/imports/{batch.pk}/"
    preview = client.get(response.url)
    plan = preview.context["plan"]
    __, answer = run(SAMPLES / "ledger-2020.xlsx", "--dry-run")
    assert (len(plan.rows), dict(preview.context["counts"])) == (
        answer["rows"],
        {name: answer[name] for name in ("create", "update", "unchanged", "refused")},
    )
    assert plan.agreed_capital == Decimal(answer["agreed_capital"]) == 1036 * YI
    assert [(check.stated, check.difference) for check in plan.sheets[0].sums][-1] == (1036 * YI, 0)
    assert not Project.objects.exists()


def test_confirmed_once_it_is_written_once(manager: User) -> None:
    client = client_of(manager)
    bring(client, SAMPLES / "ledger-2020.xlsx")
    batch = ImportBatch.objects.get()
    digest = digest_of(client.get(f"/imports/{batch.pk}/"))
    confirm(client, batch, digest)
    again = confirm(client, batch, digest)
    assert Project.objects.count() == 192
    assert Project.history.count() == 192
    assert "没有再写一次" in again.content.decode()
    batch.refresh_from_db()
    assert (batch.state, batch.created, batch.rows.count()) == (BatchState.COMMITTED, 192, 192)


def test_two_tabs_with_the_same_file_write_it_once(manager: User) -> None:
    client = client_of(manager)
    for __ in range(2):
        bring(client, SAMPLES / "ledger-2019.xls")
    first, second = ImportBatch.objects.order_by("pk")
    digests = [digest_of(client.get(f"/imports/{batch.pk}/")) for batch in (first, second)]
    confirm(client, first, digests[0])
    late = confirm(client, second, digests[1])
    assert Project.objects.count() == 165
    assert "请再看一遍" in late.content.decode()
    assert late.context["counts"]["unchanged"] == 165
    assert "以前导入过" in late.content.decode()


def test_a_preview_that_is_out_of_date_is_shown_anew(manager: User, tmp_path: Path) -> None:
    project = make_project("智能工厂", code="P-001", agreed="5", park="shuangfu")
    client = client_of(manager)
    bring(
        client,
        ledger(tmp_path / "a.xlsx", ["P-001", "智能工厂", 7], header=("项目编号", "项目名称", "协议投资额（亿元）")),
    )
    batch = ImportBatch.objects.get()
    digest = digest_of(client.get(f"/imports/{batch.pk}/"))
    run(ledger(tmp_path / "b.xlsx", ["P-001", "智能工厂", 6], header=("项目编号", "项目名称", "协议投资额（亿元）")))
    response = confirm(client, batch, digest)
    project.refresh_from_db()
    assert project.agreed_capital == 6 * YI
    assert "请再看一遍" in response.content.decode()
    confirm(client, batch, digest_of(client.get(f"/imports/{batch.pk}/")))
    project.refresh_from_db()
    assert project.agreed_capital == 7 * YI


def test_one_bad_row_stops_all_unless_the_good_ones_are_chosen(manager: User, tmp_path: Path) -> None:
    header = ("项目编号", "项目名称", "协议投资额（亿元）")
    client = client_of(manager)
    bring(client, ledger(tmp_path / "a.xlsx", ["P-001", "甲", 5], ["P-002", "乙", "15-17亿"], header=header))
    batch = ImportBatch.objects.get()
    page = client.get(f"/imports/{batch.pk}/")
    assert "C3" in page.content.decode()
    assert "金额是一个区间" in page.content.decode()
    digest = digest_of(page)
    confirm(client, batch, digest)
    assert not Project.objects.exists()
    confirm(client, batch, digest, skip_refused="on")
    assert Project.objects.get().code == "P-001"


def test_an_implausible_amount_waits_for_a_person(manager: User, tmp_path: Path) -> None:
    header = ("项目编号", "项目名称", "协议投资额（亿元）")
    client = client_of(manager)
    bring(client, ledger(tmp_path / "a.xlsx", ["P-001", "甲", 6200], header=header))
    batch = ImportBatch.objects.get()
    assert client.get(f"/imports/{batch.pk}/").context["counts"]["refused"] == 1
    client.post(f"/imports/{batch.pk}/accept/", {"row": "台账!2"})
    page = client.get(f"/imports/{batch.pk}/")
    assert page.context["counts"]["create"] == 1
    confirm(client, batch, digest_of(page))
    assert Project.objects.get().agreed_capital == 6200 * YI


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("照片.xlsx", b"\x89PNG\r\n\x1a\n" + b"\0" * 200),
        ("空.xlsx", b""),
        ("说明.txt", "这是一段说明文字，不是表格。\n请大家于周五前上报。\n".encode()),
        ("坏.xlsx", b"PK\x03\x04" + b"x" * 100),
    ],
)
def test_no_ledger_gets_one_sentence_and_leaves_nothing(manager: User, name: str, content: bytes) -> None:
    response = client_of(manager).post("/imports/", {"file": SimpleUploadedFile(name, content)})
    assert response.status_code == 422
    assert len(response.context["form"].non_field_errors()) == 1
    assert not ImportBatch.objects.exists()


def test_visits_are_named_as_what_they_are(manager: User) -> None:
    response = bring(client_of(manager), SAMPLES / "visits-2020.xlsx")
    assert response.status_code == 422
    assert "外出招商" in response.content.decode()


def test_a_pasted_table_goes_the_same_way(manager: User) -> None:
    pasted = "项目编号\t项目名称\t协议投资额（亿元）\nP-001\t甲\t5\nP-002\t乙\t\n"
    response = client_of(manager).post("/imports/", {"pasted": pasted}, follow=True)
    assert response.context["counts"]["create"] == 2


def test_the_mapping_page_decides_unit_and_words(manager: User, tmp_path: Path) -> None:
    header = ("项目编号", "项目名称", "落户园区", "协议投资额")
    client = client_of(manager)
    response = bring(client, ledger(tmp_path / "a.xlsx", ["P-001", "甲", "双福新区", 6200], header=header))
    batch = ImportBatch.objects.get()
    assert response.url == f"/imports/{batch.pk}/columns/"
    page = client.get(response.url)
    assert page.context["columns_page"].left >= 1
    sent = {"sheet-0": "1", "unit-0": "万元", "word-park-双福新区": "shuangfu"}
    assert client.post(response.url, sent).url == f"/imports/{batch.pk}/"
    preview = client.get(f"/imports/{batch.pk}/")
    row = preview.context["plan"].rows[0]
    assert (row.action, row.read.values["park"], row.read.values["agreed_capital"]) == ("create", "shuangfu", 6200)


def test_a_recorder_writes_own_parks_and_sees_own_imports(manager: User, tmp_path: Path) -> None:
    recorder = make_user("recorder", role="recorder", parks=["shuangfu"])
    client = client_of(recorder)
    header = ("项目编号", "项目名称", "落户园区", "协议投资额（亿元）")
    bring(client, ledger(tmp_path / "a.xlsx", ["P-1", "甲", "双福", 5], ["P-2", "乙", "德感", 5], header=header))
    batch = ImportBatch.objects.get()
    page = client.get(f"/imports/{batch.pk}/")
    assert [error.code for error in page.context["plan"].errors] == ["park_not_yours"]
    confirm(client, batch, digest_of(page), skip_refused="on")
    assert Project.objects.get().code == "P-1"
    other = make_user("other", role="recorder", parks=["degan"])
    for path in ("", "columns/", "file/"):
        assert client_of(other).get(f"/imports/{batch.pk}/{path}").status_code == 404
    assert client_of(other).post(f"/imports/{batch.pk}/confirm/", {}).status_code == 404
    assert client_of(manager).get(f"/imports/{batch.pk}/").status_code == 200


@pytest.mark.parametrize("role", ["leader", "auditor"])
def test_readers_bring_nothing(role: str) -> None:
    client = client_of(make_user(role, role=role))
    assert "data-upload" not in client.get("/imports/").content.decode()
    assert bring(client, SAMPLES / "ledger-2019.xls").status_code == 403
    assert not ImportBatch.objects.exists()


def test_the_file_comes_back_as_it_was(manager: User) -> None:
    client = client_of(manager)
    bring(client, SAMPLES / "ledger-2019.xls")
    response = client.get(f"/imports/{ImportBatch.objects.get().pk}/file/")
    assert b"".join(response.streaming_content) == (SAMPLES / "ledger-2019.xls").read_bytes()
    assert response["Content-Disposition"].startswith("attachment")


def test_cancelled_nothing_is_written(manager: User) -> None:
    client = client_of(manager)
    bring(client, SAMPLES / "ledger-2019.xls")
    batch = ImportBatch.objects.get()
    digest = digest_of(client.get(f"/imports/{batch.pk}/"))
    client.post(f"/imports/{batch.pk}/cancel/")
    confirm(client, batch, digest)
    assert not Project.objects.exists()


def test_previews_and_results_have_constant_queries(
    manager: User, tmp_path: Path, django_assert_max_num_queries
) -> None:
    client = client_of(manager)
    header = ("项目编号", "项目名称", "落户园区", "协议投资额（亿元）")
    for count in (3, 40):
        rows = [[f"P-{count}-{n}", f"项目{count}号{n}", "双福", 5] for n in range(count)]
        bring(client, ledger(tmp_path / f"{count}.xlsx", *rows, header=header))
        batch = ImportBatch.objects.order_by("pk").last()
        with django_assert_max_num_queries(30):
            page = client.get(f"/imports/{batch.pk}/")
        with django_assert_max_num_queries(60):
            confirm(client, batch, digest_of(page))
        with django_assert_max_num_queries(14):
            client.get(f"/imports/{batch.pk}/")


def test_a_question_is_answered_side_by_side(manager: User, tmp_path: Path) -> None:
    known = make_project("智能装备生产基地一期", code="P-001", agreed="5", investor="甲公司", park="shuangfu")
    header = ("项目名称", "投资方", "落户园区", "协议投资额（亿元）")
    rows = [["智能装备生产基地二期", "甲公司", "双福", 7], ["智能装备生产基地三期", "甲公司", "双福", 8]]
    client = client_of(manager)
    bring(client, ledger(tmp_path / "a.xlsx", *rows, header=header))
    batch = ImportBatch.objects.get()
    page = client.get(f"/imports/{batch.pk}/?show=questions")
    assert [question.candidates for question in page.context["questions"]] == [[known], [known]]
    client.post(f"/imports/{batch.pk}/answer/", {"row-台账!2": "P-001", "row-台账!3": "later"})
    page = client.get(f"/imports/{batch.pk}/")
    assert (page.context["counts"]["update"], page.context["counts"]["refused"], page.context["open_questions"]) == (
        1,
        1,
        0,
    )
    confirm(client, batch, digest_of(page), skip_refused="on")
    known.refresh_from_db()
    assert (Project.objects.count(), known.name, known.agreed_capital) == (1, "智能装备生产基地二期", 7 * YI)


def test_an_unanswered_question_is_another_project(manager: User, tmp_path: Path) -> None:
    make_project("智能装备生产基地一期", code="P-001", investor="甲公司")
    client = client_of(manager)
    header = ("项目名称", "投资方", "协议投资额（亿元）")
    bring(client, ledger(tmp_path / "a.xlsx", ["智能装备生产基地二期", "甲公司", 7], header=header))
    batch = ImportBatch.objects.get()
    confirm(client, batch, digest_of(client.get(f"/imports/{batch.pk}/")))
    assert Project.objects.count() == 2


def test_a_recorder_of_own_parks_learns_nothing_of_the_others(settings, tmp_path: Path) -> None:
    settings.RECORDERS_SEE_OWN_PARKS = True
    make_project("保密的生产基地一期", code="GEHEIM-1", agreed="5", investor="甲公司", park="degan")
    client = client_of(make_user("recorder", role="recorder", parks=["shuangfu"]))
    header = ("项目编号", "项目名称", "投资方", "落户园区")
    rows = [["GEHEIM-1", "别的", "乙公司", "双福"], ["P-2", "保密的生产基地二期", "甲公司", "双福"]]
    bring(client, ledger(tmp_path / "a.xlsx", *rows, header=header))
    for show in ("look", "refused", "questions", "warnings", "absent"):
        page = client.get(f"/imports/{ImportBatch.objects.get().pk}/?show={show}").content.decode()
        assert "保密的生产基地一期" not in page
