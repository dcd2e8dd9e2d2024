"""Large files: read and written by the background worker, watched by a page that may be closed, never half done."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from imports import jobs, kept, progress
from imports.batches import UnderWay, cancel
from imports.models import BatchState, ImportBatch
from jiangjin.lib.money import YI
from projects.models import Project
from tests.builders import make_project, make_user
from tests.imports.books import SAMPLES, ledger
from tests.imports.bringing import bring, client_of, confirm, digest_of, last_batch, preview_of, work

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("vocabulary")]
HEADER = ("项目编号", "项目名称", "落户园区", "协议投资额（亿元）")


@pytest.fixture(autouse=True)
def _everything_is_large(settings: Any, tmp_path: Path) -> None:
    settings.IMPORT_BACKGROUND_BYTES = 0
    settings.VAR_DIR = tmp_path / "var"


@pytest.fixture
def manager() -> User:
    return make_user("manager", role="manager", all_parks=True)


@pytest.fixture
def client(manager: User) -> Client:
    return client_of(manager)


def test_a_large_file_is_read_shown_and_written_by_the_worker(client: Client) -> None:
    response = bring(client, SAMPLES / "ledger-2020.xlsx")
    batch = last_batch()
    assert response.url == f"/imports/{batch.pk}/"
    waiting = client.get(response.url)
    assert "排队" in waiting.content.decode()
    assert not Project.objects.exists()
    work()
    page = preview_of(client, batch)
    assert page.context["preview"].agreed_capital == 1036 * YI
    assert [page.context["counts"][name] for name in ("create", "update", "unchanged", "refused")] == [192, 0, 0, 0]
    confirm(client, batch, digest_of(page))
    again = confirm(client, batch, digest_of(page))  # a double click
    assert again.status_code == 200
    work()
    batch.refresh_from_db()
    assert (batch.state, batch.work, batch.created) == (BatchState.COMMITTED, "", 192)
    assert Project.objects.count() == 192
    assert not kept.kept_path(batch.pk).exists()
    assert "没有再写一次" in confirm(client, batch, digest_of(page)).content.decode()


def test_the_kept_preview_shows_what_a_fresh_one_shows(client: Client, settings: Any, tmp_path: Path) -> None:
    make_project("甲", code="P-1", agreed="5", park="shuangfu", signed="2020-03-01")
    make_project("丁", code="P-4", agreed="5", park="shuangfu", signed="2020-03-01")
    rows = [[f"P-{n}", f"项目{n}", "双福", n, "2020-05-01"] for n in range(10, 80)]
    rows += [
        ["P-1", "甲", "双福", 7, "2020-03-01"],
        ["P-2", "乙", "没有的园", 3, "2020"],
        ["P-3", "丙", "双福", "5-8亿", ""],
    ]
    path = ledger(tmp_path / "a.xlsx", *rows, header=(*HEADER, "签约时间"))
    shown = []
    for size in (0, 10**9):
        settings.IMPORT_BACKGROUND_BYTES = size
        bring(client, path)
        work()
        batch = last_batch()
        shown.append(
            [
                client.get(f"/imports/{batch.pk}/", {"show": show, "page": page}).content.decode().split("<main")[1]
                for show, page in (
                    ("look", ""),
                    ("create", ""),
                    ("create", "2"),
                    ("update", ""),
                    ("refused", ""),
                    ("warnings", ""),
                    ("absent", ""),
                    ("skipped", ""),
                )
            ]
        )
        shown[-1] = [text.replace(f"/imports/{batch.pk}/", "/imports/N/") for text in shown[-1]]
    for small, large in zip(*shown, strict=True):
        assert _without_tokens(small) == _without_tokens(large)


def _without_tokens(text: str) -> list[str]:
    """The lines that two visits have in common: the print foot says the minute of each."""
    lines = [line for line in text.split("\n") if "print-foot" not in line]
    return [line for line in lines if "csrfmiddlewaretoken" not in line or "digest" in line.split("csrf")[0]]


def test_a_kept_preview_page_asks_the_database_a_constant_number_of_times(
    client: Client, tmp_path: Path, django_assert_max_num_queries: Any
) -> None:
    rows = [[f"P-{n}", f"项目{n}号", "双福", n] for n in range(1, 301)]
    bring(client, ledger(tmp_path / "a.xlsx", *rows, header=HEADER))
    work()
    with django_assert_max_num_queries(20):
        page = client.get(f"/imports/{last_batch().pk}/", {"show": "create", "page": "6"})
    assert [row.number for row in page.context["rows"]] == list(range(252, 302))


def test_the_mapping_page_decides_about_a_large_file(client: Client, tmp_path: Path) -> None:
    header = ("项目编号", "项目名称", "落户园区", "协议投资额")
    bring(client, ledger(tmp_path / "a.xlsx", ["P-1", "甲", "双福新城", 5], header=header))
    work()
    batch = last_batch()
    url = preview_of(client, batch).url
    assert url.endswith("/columns/")
    assert client.get(url).context["columns_page"].left == 2
    sent = {"sheet-0": "1", "unit-0": "万元", "word-park-双福新城": "shuangfu"}
    assert client.post(url, sent).url == f"/imports/{batch.pk}/"
    assert "排队" in preview_of(client, batch).content.decode()
    work()
    (row,) = preview_of(client, batch).context["preview"].rows["create"]
    assert (row.read.values["park"], row.read.values["agreed_capital"]) == ("shuangfu", 5)


def test_decisions_that_cannot_be_used_are_taken_back(client: Client, tmp_path: Path) -> None:
    bring(client, ledger(tmp_path / "a.xlsx", ["P-1", "甲", "双福", 5], header=HEADER))
    work()
    batch = last_batch()
    url = f"/imports/{batch.pk}/columns/"
    client.post(url, {"sheet-0": "1", "header-0": "9"})
    work()
    page = client.get(url)
    assert page.context["error"]
    batch.refresh_from_db()
    assert (batch.state, batch.mapping) == (BatchState.WAITING, {})
    assert preview_of(client, batch).context["counts"]["create"] == 1


def test_an_unreadable_large_file_is_said_to_be_so(client: Client, tmp_path: Path) -> None:
    path = tmp_path / "坏.xlsx"
    path.write_bytes(b"PK\x03\x04" + b"x" * 1000)
    bring(client, path)
    work()
    page = preview_of(client, last_batch())
    assert page.status_code == 422
    assert last_batch().state == BatchState.UNREADABLE
    assert last_batch().trouble in page.content.decode()
    assert "读不出" in client.get("/imports/").content.decode()


def test_cancelled_before_or_while_it_is_worked_on_nothing_is_written(
    client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = ledger(tmp_path / "a.xlsx", ["P-1", "甲", "双福", 5], header=HEADER)
    bring(client, path)
    client.post(f"/imports/{last_batch().pk}/cancel/")
    work()
    assert last_batch().state == BatchState.CANCELLED

    bring(client, path)
    work()
    batch = last_batch()
    confirm(client, batch, digest_of(preview_of(client, batch)))
    planned = jobs.preview

    def cancelled_meanwhile(*arguments: Any, **more: Any) -> Any:
        made = planned(*arguments, **more)
        cancel(batch=batch)
        return made

    monkeypatch.setattr(jobs, "preview", cancelled_meanwhile)
    work()
    batch.refresh_from_db()
    assert (batch.state, batch.work) == (BatchState.CANCELLED, "")
    assert not Project.objects.exists()
    assert not kept.kept_path(batch.pk).exists()


def test_what_changed_since_the_preview_is_shown_before_anything_is_written(client: Client, tmp_path: Path) -> None:
    project = make_project("甲", code="P-1", agreed="5", park="shuangfu")
    bring(client, ledger(tmp_path / "a.xlsx", ["P-1", "甲", "双福", 7], header=HEADER))
    work()
    batch = last_batch()
    digest = digest_of(preview_of(client, batch))
    project.remark = "有人改过"
    project.park_id = None
    project.save()
    assert preview_of(client, batch).context["is_outdated"]
    confirm(client, batch, digest)
    work()
    page = preview_of(client, batch)
    assert "再看一遍" in page.content.decode()
    assert Project.objects.get().agreed_capital == 5 * YI
    confirm(client, batch, digest_of(page))
    work()
    assert Project.objects.get().agreed_capital == 7 * YI


def test_after_a_killed_worker_the_batch_says_so_and_starts_again(client: Client, tmp_path: Path) -> None:
    bring(client, ledger(tmp_path / "a.xlsx", ["P-1", "甲", "双福", 5], header=HEADER))
    batch = last_batch()
    assert jobs.interrupt_unfinished() == 0  # its turn is still to come
    work()
    digest = digest_of(preview_of(client, batch))
    ImportBatch.objects.filter(pk=batch.pk).update(work="write")  # a worker took it and died
    progress.progress_path(batch.pk).write_text('{"step": "write"')
    assert jobs.interrupt_unfinished() == 1
    page = preview_of(client, batch)
    assert "中断" in page.content.decode()
    confirm(client, batch, digest)
    work()
    assert Project.objects.count() == 1

    bring(client, ledger(tmp_path / "b.xlsx", ["P-2", "乙", "双福", 5], header=HEADER))
    second = last_batch()
    ImportBatch.objects.filter(pk=second.pk).update(work="", trouble="中断")
    page = preview_of(client, second)
    assert "中断" in page.content.decode()
    client.post(f"/imports/{second.pk}/again/")
    work()
    assert preview_of(client, second).context["counts"]["create"] == 1


def test_nothing_is_decided_while_the_worker_is_busy(client: Client, tmp_path: Path) -> None:
    bring(client, ledger(tmp_path / "a.xlsx", ["P-1", "甲", "双福", 5], header=HEADER))
    batch = last_batch()
    with pytest.raises(UnderWay):
        jobs.start_preview(batch=batch)
    client.post(f"/imports/{batch.pk}/accept/", {"row": "台账!2"})
    client.post(f"/imports/{batch.pk}/answer/", {"row-台账!2": "new"})
    client.post(f"/imports/{batch.pk}/columns/", {"sheet-0": "1", "unit-0": "万元"})
    batch.refresh_from_db()
    assert (batch.accepted, batch.answers, batch.mapping) == ([], {}, {})


def test_progress_is_told_and_the_page_loads_itself_when_done(client: Client, tmp_path: Path) -> None:
    bring(client, ledger(tmp_path / "a.xlsx", ["P-1", "甲", "双福", 5], header=HEADER))
    batch = last_batch()
    told = progress.ToldProgress(progress.progress_path(batch.pk), progress.PREVIEW_STEPS, lambda: True)
    told.step(progress.CELLS, 1000)
    told.told = 0
    told.at(500)
    part = client.get(f"/imports/{batch.pk}/progress/", headers={"HX-Request": "true"})
    assert part.context["state"].percent == 37
    assert "500 / 1,000" in part.content.decode()
    told.end()
    for looks in ("19", "x", "9999999"):
        part = client.get(f"/imports/{batch.pk}/progress/", {"looks": looks}, headers={"HX-Request": "true"})
        assert part.context["no_sign"] == (looks == "19")
    work()
    done = client.get(f"/imports/{batch.pk}/progress/", headers={"HX-Request": "true"})
    assert done["HX-Refresh"] == "true"


def test_work_that_nobody_wants_any_more_ends(tmp_path: Path) -> None:
    told = progress.ToldProgress(tmp_path / "1.json", progress.WRITE_STEPS, lambda: False)
    with pytest.raises(progress.Unwanted):
        list(told.over(progress.COMPARE, [1, 2, 3]))
    told.step(progress.WRITE, 5)  # too late to be called off


def test_another_recorder_neither_sees_nor_restarts_it(client: Client, tmp_path: Path) -> None:
    bring(client, ledger(tmp_path / "a.xlsx", ["P-1", "甲", "双福", 5], header=HEADER))
    batch = last_batch()
    other = client_of(make_user("other", role="recorder", parks=["degan"]))
    assert other.get(f"/imports/{batch.pk}/progress/").status_code == 404
    assert other.post(f"/imports/{batch.pk}/again/").status_code == 404
    auditor = client_of(make_user("auditor", role="auditor"))
    assert auditor.get(f"/imports/{batch.pk}/").status_code == 200
    assert auditor.post(f"/imports/{batch.pk}/again/").status_code == 403


def test_a_damaged_or_older_kept_preview_is_made_again(client: Client, tmp_path: Path) -> None:
    bring(client, ledger(tmp_path / "a.xlsx", ["P-1", "甲", "双福", 5], header=HEADER))
    work()
    batch = last_batch()
    kept.kept_path(batch.pk).write_bytes(b"PK\x05\x06 no such thing")
    page = preview_of(client, batch)
    assert f"/imports/{batch.pk}/again/" in page.content.decode()
    client.post(f"/imports/{batch.pk}/again/")
    work()
    assert preview_of(client, batch).context["counts"]["create"] == 1
