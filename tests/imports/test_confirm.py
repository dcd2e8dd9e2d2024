"""Confirming an import: exactly what was shown, exactly once, all or nothing."""

from pathlib import Path
from threading import Barrier, Thread

import pytest
from django.db import connection

from accounts.models import User
from imports.models import BatchState, ImportBatch
from jiangjin.lib.money import YI
from projects.models import Project
from tests.builders import make_project, make_user
from tests.imports.books import SAMPLES, ledger, run
from tests.imports.bringing import bring, client_of, confirm, digest_of, last_batch, preview_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("vocabulary")]
HEADER = ("项目编号", "项目名称", "协议投资额（亿元）")


@pytest.fixture
def manager() -> User:
    return make_user("manager", role="manager", all_parks=True)


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
    warned = client.get(f"/imports/{batch.pk}/?show=warnings").content.decode()
    assert "您已为这份文件确认" in warned
    assert "请改正单元格；确是协议金额" not in warned
    confirm(client, batch, digest_of(page))
    assert Project.objects.get().agreed_capital == 6200 * YI


def test_cancelled_nothing_is_written(manager: User) -> None:
    client = client_of(manager)
    bring(client, SAMPLES / "ledger-2019.xls")
    batch = ImportBatch.objects.get()
    digest = digest_of(client.get(f"/imports/{batch.pk}/"))
    client.post(f"/imports/{batch.pk}/cancel/")
    confirm(client, batch, digest)
    assert not Project.objects.exists()


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


def test_answers_are_taken_back(manager: User, tmp_path: Path) -> None:
    make_project("智能装备生产基地一期", code="P-001", investor="甲公司")
    client = client_of(manager)
    header = ("项目名称", "投资方", "协议投资额（亿元）")
    bring(client, ledger(tmp_path / "a.xlsx", ["智能装备生产基地二期", "甲公司", 7], header=header))
    batch = last_batch()
    client.post(f"/imports/{batch.pk}/answer/", {"row-台账!2": "later"})
    page = preview_of(client, batch)
    assert (page.context["counts"]["refused"], page.context["answered"]) == (1, 1)
    client.post(f"/imports/{batch.pk}/answer/", {"again": "1"})
    page = preview_of(client, batch)
    assert (page.context["counts"]["create"], page.context["open_questions"]) == (1, 1)


def test_refused_alone_there_is_nothing_to_confirm(manager: User, tmp_path: Path) -> None:
    client = client_of(manager)
    bring(client, ledger(tmp_path / "a.xlsx", ["P-001", "甲", "15-17亿"], header=HEADER))
    page = preview_of(client, last_batch()).content.decode()
    assert "没有可写入的行" in page
    assert "库里已经都是这样" not in page


def test_a_digest_of_another_preview_writes_nothing(manager: User, tmp_path: Path) -> None:
    client = client_of(manager)
    bring(client, ledger(tmp_path / "a.xlsx", ["P-001", "甲", 5], header=HEADER))
    batch = last_batch()
    assert "请再看一遍" in confirm(client, batch, "0" * 64).content.decode()
    assert "预览不完整" in confirm(client, batch, "").content.decode()
    assert not Project.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_clicks_at_the_same_moment_write_once(manager: User, tmp_path: Path) -> None:
    first = client_of(manager)
    bring(first, ledger(tmp_path / "a.xlsx", *[[f"P-{n}", f"项目{n}", 5] for n in range(20)], header=HEADER))
    batch = last_batch()
    digest = digest_of(preview_of(first, batch))
    clients = [first, client_of(manager), client_of(manager)]
    together, statuses = Barrier(len(clients)), []

    def click(client) -> None:
        try:
            together.wait()
            statuses.append(client.post(f"/imports/{batch.pk}/confirm/", {"digest": digest}).status_code)
        finally:
            connection.close()

    threads = [Thread(target=click, args=[client]) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [302] * 3
    assert (Project.objects.count(), Project.history.count(), batch.rows.count()) == (20, 20, 20)
