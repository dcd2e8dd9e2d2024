"""A ledger without parks, brought by somebody who writes one park or a few: the park is asked, never assumed."""

from pathlib import Path

import pytest
from django.test import Client

from projects.models import Project
from tests.builders import make_project, make_user
from tests.imports.books import codes, ledger, run
from tests.imports.bringing import bring, client_of, confirm, digest_of, last_batch, preview_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("vocabulary")]
HEADER = ("项目编号", "项目名称", "协议投资额（亿元）")
WITH_PARK = ("项目编号", "项目名称", "落户园区", "协议投资额（亿元）")


@pytest.fixture
def recorder() -> Client:
    return client_of(make_user("recorder", parks=["shuangfu"]))


@pytest.fixture
def parkless(tmp_path: Path) -> Path:
    return ledger(tmp_path / "a.xlsx", ["P-1", "甲", 5], ["P-2", "乙", 3], header=HEADER)


def test_the_only_park_is_proposed_and_taken_once_it_is_confirmed(recorder: Client, parkless: Path) -> None:
    response = bring(recorder, parkless)
    batch = last_batch()
    assert response.url == f"/imports/{batch.pk}/columns/"
    page = recorder.get(response.url)
    content = page.content.decode()
    assert (page.context["columns_page"].left, len(page.context["columns_page"].proposed)) == (0, 1)
    assert '<option value="shuangfu" selected>' in content
    assert '<b class="soon">建议</b>' in content
    assert "没有一列是园区，而您的账号只能写双福工业园的项目" in content
    assert preview_of(recorder, batch).context["counts"]["refused"] == 2  # nothing is taken for granted
    recorder.post(response.url, {"sheet-0": "1", "default-0-park": "shuangfu"})
    preview = preview_of(recorder, batch)
    assert (preview.context["counts"]["create"], preview.context["preview"].left) == (2, 0)
    confirm(recorder, batch, digest_of(preview))
    assert set(Project.objects.values_list("park__code", flat=True)) == {"shuangfu"}


def test_without_a_park_the_message_shows_the_way(recorder: Client, parkless: Path) -> None:
    bring(recorder, parkless)
    batch = last_batch()
    recorder.post(f"/imports/{batch.pk}/columns/", {"sheet-0": "1", "default-0-park": ""})
    content = preview_of(recorder, batch).content.decode()
    assert "请到“认列”页选定园区所在的列，或在“园区（空的按）”选一个园区" in content
    assert f'<a href="/imports/{batch.pk}/columns/">到“认列”页选园区</a>' in content
    assert "当作未填" not in content
    assert "（还差 1 处）" in content


def test_of_several_parks_none_is_chosen_beforehand(parkless: Path) -> None:
    client = client_of(make_user("recorder", parks=["shuangfu", "degan"]))
    page = client.get(bring(client, parkless).url)
    assert page.context["columns_page"].left == 1
    assert 'data-point="need-0-0" id="default-0-park"' in page.content.decode()
    assert '<option value="shuangfu" selected>' not in page.content.decode()


def test_whoever_writes_everywhere_is_not_asked(parkless: Path) -> None:
    client = client_of(make_user("manager", role="manager", all_parks=True))
    assert bring(client, parkless).url == f"/imports/{last_batch().pk}/"
    assert preview_of(client, last_batch()).context["counts"]["create"] == 2


def test_a_column_of_the_park_settles_it_too(recorder: Client, tmp_path: Path) -> None:
    path = ledger(
        tmp_path / "a.xlsx", ["P-1", "甲", "双福", 5], header=("项目编号", "项目名称", "甲栏", "协议投资额（亿元）")
    )
    url = bring(recorder, path).url
    recorder.post(url, {"sheet-0": "1", "field-0-C": "park", "default-0-park": ""})
    preview = preview_of(recorder, last_batch())
    assert (preview.context["counts"]["create"], preview.context["preview"].left) == (1, 0)


def test_anothers_park_is_never_answered_by_nothing(recorder: Client, tmp_path: Path) -> None:
    make_project("丙", code="P-3", agreed="1")
    rows = [["P-1", "甲", "德感", 5], ["P-2", "乙", None, 5], ["P-3", "丙", "双福", 1], ["P-4", "丁", "双福兴区", 1]]
    response = bring(recorder, ledger(tmp_path / "a.xlsx", *rows, header=WITH_PARK))
    assert response.url.endswith("/columns/")  # for the unknown word alone
    assert not recorder.get(response.url).context["columns_page"].proposed
    preview = preview_of(recorder, last_batch(), "refused")
    refused = [list(row.problems) for row in preview.context["rows"]]
    assert [[problem.code for problem in problems] for problems in refused] == [
        ["park_not_yours"],
        ["no_park"],
        ["park_not_yours"],
        ["unknown_word"],
    ]
    assert [problems[0].may_be_empty for problems in refused] == [False, False, False, True]
    assert "库里这个项目没有填园区" in str(refused[2][0].message)


def test_the_command_refuses_the_rows_and_says_why(parkless: Path) -> None:
    make_user("recorder", parks=["shuangfu"])
    status, answer = run(parkless, "--user", "recorder")
    assert (status, codes(answer)) == (1, [(2, None, "no_park"), (3, None, "no_park")])
    assert "no_park_column" in [code for __, ___, code in codes(answer, "warnings")]
    assert not Project.objects.exists()


def test_the_park_for_empty_ones_moves_no_known_project(tmp_path: Path) -> None:
    """A default fills what nobody knows; it is nothing that the file says against the register."""
    client = client_of(make_user("recorder", parks=["shuangfu", "degan"]))
    make_project("甲", code="P-1", park="shuangfu", agreed="5")
    make_project("乙", code="P-2", park="degan", agreed="3")
    path = ledger(tmp_path / "a.xlsx", ["P-1", "甲", 6], ["P-2", "乙", 4], ["P-3", "丙", 2], header=HEADER)
    response = bring(client, path)
    batch = last_batch()
    client.post(response.url, {"sheet-0": "1", "default-0-park": "shuangfu"})
    confirm(client, batch, digest_of(preview_of(client, batch)))
    found = {one.code: (one.park.code, one.agreed_capital) for one in Project.objects.select_related("park")}
    assert found == {"P-1": ("shuangfu", 60000), "P-2": ("degan", 40000), "P-3": ("shuangfu", 20000)}
