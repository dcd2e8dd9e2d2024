"""What is decided about one file holds for later ones: applied, shown, changed, forgotten, and by whom."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from imports.models import ImportBatch, RememberedMapping, RememberedWord
from parks.models import Park
from projects.models import Project
from reports.clearing import clear_demo
from tests.builders import make_project, make_user
from tests.imports.books import codes, run, write_xlsx
from tests.imports.bringing import bring, client_of, confirm, digest_of, last_batch, preview_of, work

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("vocabulary")]
# No unit anywhere, a header that no dictionary knows, one word with two meanings, one in no list.
HEADER = ("编号", "项目名称", "投资方", "板块", "产业集群", "协议投资额", "备注")
SAYS = {
    "sheet-0": "1",
    "unit-0": "亿元",
    "field-0-D": "park",
    "field-0-G": "-",
    "word-park-双福新区": "shuangfu",
    "word-cluster-煤炭": "outside",
}


def table(path: Path, mark: str, *, header: Sequence[str] = HEADER, park: str = "双福新区", above: Any = ()) -> Path:
    rows = [[f"P-{ord(mark)}", f"项目{mark}", f"{mark}公司", park, "煤炭", 4.25, "2020年7月谈过"]]
    return write_xlsx(path, [*above, header, *rows])


@pytest.fixture
def manager() -> User:
    return make_user("王某", role="manager", all_parks=True)


@pytest.fixture
def client(manager: User) -> Client:
    return client_of(manager)


def decide(client: Client, path: Path, **says: str) -> ImportBatch:
    """Bring a file and say something about it; nothing is written yet."""
    bring(client, path)
    batch = last_batch()
    response = client.post(f"/imports/{batch.pk}/columns/", {"sheet-0": "1", **says})
    assert response.status_code == 302, response.context["error"]
    return batch


def write(client: Client, batch: ImportBatch, **more: str) -> None:
    confirm(client, batch, digest_of(preview_of(client, batch)), **more)
    batch.refresh_from_db()
    assert batch.state == "committed"


def taught(client: Client, tmp_path: Path, mark: str = "甲", **more: str) -> ImportBatch:
    """A first file with all its decisions, written."""
    batch = decide(client, table(tmp_path / f"{mark}.xlsx", mark), **{**SAYS, **more})
    write(client, batch)
    return batch


def page_of(client: Client, batch: ImportBatch) -> Any:
    return client.get(f"/imports/{batch.pk}/columns/").context["columns_page"]


def test_nothing_is_remembered_before_it_is_written(client: Client, tmp_path: Path) -> None:
    batch = decide(client, table(tmp_path / "甲.xlsx", "甲"), **SAYS)
    assert not RememberedMapping.objects.exists()
    client.post(f"/imports/{batch.pk}/cancel/")
    assert not RememberedWord.objects.exists()
    assert bring(client, table(tmp_path / "乙.xlsx", "乙")).url.endswith("/columns/")


def test_the_next_file_with_the_same_headers_asks_nothing(client: Client, manager: User, tmp_path: Path) -> None:
    taught(client, tmp_path)
    # Elsewhere on the sheet, under a title, on a sheet of another name: the headers are what counts.
    later = table(tmp_path / "乙.xlsx", "乙", above=[["2021年签约项目"], [None]])
    batch = ImportBatch.objects.get(pk=int(bring(client, later).url.split("/")[2]))
    page = preview_of(client, batch)
    assert page.status_code == 200
    assert "“双福新区” → " in page.content.decode()
    recalled = page.context["preview"].recalled
    assert (recalled.columns, {(word.word, word.code) for word in recalled.words}) == (
        3,
        {("双福新区", "shuangfu"), ("煤炭", "outside")},
    )
    write(client, batch)
    first, second = Project.objects.order_by("pk")
    assert (first.park.code, first.cluster.code, first.agreed_capital) == ("shuangfu", "outside", 42500)
    assert (second.park, second.cluster, second.agreed_capital) == (first.park, first.cluster, first.agreed_capital)
    assert RememberedMapping.objects.get().decided_by == manager
    assert RememberedMapping.objects.count() == 1


def test_the_mapping_page_says_who_decided(client: Client, tmp_path: Path) -> None:
    taught(client, tmp_path)
    bring(client, table(tmp_path / "乙.xlsx", "乙"))
    page = client.get(f"/imports/{last_batch().pk}/columns/")
    row = RememberedMapping.objects.get()
    sheet = page.context["columns_page"].sheets[0]
    assert row.by.startswith("王某 20")
    assert [column.letter for column in sheet.columns if row.by in column.why] == ["D", "F", "G"]
    assert (sheet.unit, page.context["columns_page"].left) == ("亿元", 0)
    assert [(word.word, chosen) for word, __, chosen in page.context["decided"]] == [
        ("双福新区", "shuangfu"),
        ("煤炭", "outside"),
    ]
    assert page.content.decode().count(row.by) >= 5


def test_other_headers_are_not_touched(client: Client, tmp_path: Path) -> None:
    taught(client, tmp_path)
    other = table(
        tmp_path / "乙.xlsx", "乙", header=("编号", "项目名称", "投资方", "板块", "集群", "协议投资额", "备注")
    )
    bring(client, other)
    page = page_of(client, last_batch())
    assert [column.field for column in page.sheets[0].columns if column.letter == "D"] == [""]
    assert page.sheets[0].unit == ""
    assert page.left >= 1


def test_a_word_of_one_file_is_known_in_every_other(client: Client, tmp_path: Path) -> None:
    taught(client, tmp_path)
    header = ("项目名称", "落户园区", "协议投资额（亿元）")
    bring(client, write_xlsx(tmp_path / "丙.xlsx", [header, ["丙", "“双福 新区”", 3]]))
    batch = last_batch()
    page = preview_of(client, batch)
    assert [row.read.values["park"] for row in page.context["preview"].rows["create"]] == ["shuangfu"]
    # It also names an area: the preview says what it was read as.
    assert page.context["recalled_words"][0][1] == Park.objects.get(code="shuangfu").name
    assert "双福 新区" in page.content.decode()


def test_what_is_said_of_the_file_goes_before(client: Client, tmp_path: Path) -> None:
    taught(client, tmp_path)
    batch = decide(
        client,
        table(tmp_path / "乙.xlsx", "乙"),
        **{"field-0-D": "-", "unit-0": "万元", "word-cluster-煤炭": "equipment", "field-0-G": "contact_name"},
    )
    (row,) = preview_of(client, batch).context["preview"].rows["create"]
    assert "park" not in row.read.values
    assert (row.read.values["cluster"], row.read.values["agreed_capital"]) == ("equipment", 4.25)
    assert row.read.values["contact_name"]
    write(client, batch)
    # What was decided last is what the next file is read with.
    assert RememberedMapping.objects.get().entry == {
        "columns": {"板块": None, "备注": "contact_name"},
        "unit": "万元",
    }
    assert RememberedWord.objects.get(key="煤炭").code == "equipment"


def test_an_untouched_page_writes_no_decision_of_its_own(client: Client, tmp_path: Path) -> None:
    taught(client, tmp_path)
    bring(client, table(tmp_path / "乙.xlsx", "乙"))
    batch = last_batch()
    page = page_of(client, batch)
    shown = {f"field-0-{column.letter}": column.field or "-" for column in page.sheets[0].columns}
    shown |= {word.key: word.code for word in page.decided} | {"unit-0": page.sheets[0].unit, "sheet-0": "1"}
    client.post(f"/imports/{batch.pk}/columns/", shown)
    batch.refresh_from_db()
    assert batch.mapping == {"sheets": {}, "words": {}}


def test_filling_down_is_remembered_and_may_be_taken_off_for_a_file(client: Client, tmp_path: Path) -> None:
    rows = [("项目名称", "产业集群", "协议投资额（亿元）"), ("甲", "消费品", 1), ("乙", None, 2)]
    write(client, decide(client, write_xlsx(tmp_path / "一.xlsx", rows), **{"fill-0-B": "1"}))
    assert RememberedMapping.objects.get().entry == {"fill_down": ["产业集群"]}
    later = [rows[0], ("丙", "消费品", 1), ("丁", None, 2)]
    bring(client, write_xlsx(tmp_path / "二.xlsx", later))
    batch = last_batch()
    read = preview_of(client, batch).context["preview"].rows["create"]
    assert [row.read.values.get("cluster") for row in read] == ["consumer-goods"] * 2
    client.post(f"/imports/{batch.pk}/columns/", {"sheet-0": "1"})
    read = preview_of(client, batch).context["preview"].rows["create"]
    assert [row.read.values.get("cluster") for row in read] == ["consumer-goods", None]


def test_a_unit_holds_under_the_same_unit_line_only(client: Client, tmp_path: Path) -> None:
    taught(client, tmp_path)
    later = table(tmp_path / "乙.xlsx", "乙", above=[["签约项目台账"], ["单位：万元"]])
    bring(client, later)
    (row,) = preview_of(client, last_batch()).context["preview"].rows["create"]
    assert (row.read.values["agreed_capital"], row.read.values["park"]) == (4.25, "shuangfu")


def test_header_rows_that_a_person_named_are_found_by_their_texts(client: Client, tmp_path: Path) -> None:
    header = ("序", "标的", "何处", "数额（亿元）")

    def odd(path: Path, mark: str, above: int) -> Path:
        rows = [["编号", "项目名称", "协议投资额（亿元）"], ["说明", "以下为", "正文"]] + [[None]] * above
        return write_xlsx(path, [*rows, header, [1, f"项目{mark}", "德感", 2]])

    bring(client, odd(tmp_path / "一.xlsx", "一", 1))
    batch = last_batch()
    url = f"/imports/{batch.pk}/columns/"
    client.post(url, {"sheet-0": "1", "header-0": "4"})
    client.post(url, {"sheet-0": "1", "field-0-B": "name", "field-0-C": "park", "field-0-D": "agreed_capital"})
    write(client, batch)
    bring(client, odd(tmp_path / "二.xlsx", "二", 3))
    (sheet,) = page_of(client, last_batch()).sheets
    assert (sheet.header_text, [column.field for column in sheet.columns]) == (
        "6",
        ["serial", "name", "park", "agreed_capital"],
    )


def test_columns_without_a_header_or_with_the_same_one_are_told_apart(client: Client, tmp_path: Path) -> None:
    header = ("项目名称", "协议投资额（亿元）", None, "备注", "备注")
    rows = [header, ("甲", 1, "张三", "一", "李四")]
    batch = decide(
        client, write_xlsx(tmp_path / "一.xlsx", rows), **{"field-0-C": "case_officer", "field-0-E": "contact_name"}
    )
    write(client, batch)
    assert RememberedMapping.objects.get().entry["columns"] == {"C": "case_officer", "E": "contact_name"}
    bring(client, write_xlsx(tmp_path / "二.xlsx", [header, ("乙", 1, "王五", "二", "赵六")]))
    (row,) = preview_of(client, last_batch()).context["preview"].rows["create"]
    assert (row.read.values["case_officer"], row.read.values["contact_name"]) == ("王五", "赵六")
    # The same headers, a column further right: letters say nothing of them.
    moved = [(None, *header), (None, "丙", 1, "王五", "三", "赵六")]
    bring(client, write_xlsx(tmp_path / "三.xlsx", moved))
    page = page_of(client, last_batch())
    assert not {"case_officer", "contact_name"} & {column.field for column in page.sheets[0].columns}
    assert page.left == 1  # which 备注 is meant


def test_a_years_decisions_are_not_remembered(client: Client, tmp_path: Path) -> None:
    taught(client, tmp_path, **{"default-0-signed_on": "2020", "default-0-park": "luohuang"})
    entry = RememberedMapping.objects.get().entry
    assert set(entry) <= {"columns", "unit", "fill_down"}
    assert "2020" not in json.dumps(entry)


def test_words_that_are_not_in_the_file_are_not_remembered(client: Client, tmp_path: Path) -> None:
    taught(client, tmp_path, **{"word-park-别处": "degan"})
    assert sorted(RememberedWord.objects.values_list("key", flat=True)) == ["双福新区", "煤炭"]


def test_what_is_forgotten_is_asked_again(client: Client, tmp_path: Path) -> None:
    taught(client, tmp_path)
    before = Project.objects.values().get()
    client.post(f"/imports/remembered/words/{RememberedWord.objects.get(key='双福新区').pk}/", {"remove": "1"})
    bring(client, table(tmp_path / "乙.xlsx", "乙"))
    assert [word.word for word in page_of(client, last_batch()).words] == ["双福新区"]
    client.post(f"/imports/remembered/tables/{RememberedMapping.objects.get().pk}/", {"remove": "1"})
    bring(client, table(tmp_path / "丙.xlsx", "丙"))
    assert page_of(client, last_batch()).sheets[0].unit == ""
    assert (Project.objects.values().get(), ImportBatch.objects.filter(state="committed").count()) == (before, 1)


def test_a_meaning_that_is_gone_is_asked_again(client: Client, tmp_path: Path) -> None:
    taught(client, tmp_path)
    RememberedWord.objects.filter(key="煤炭").update(code="gone")
    bring(client, table(tmp_path / "乙.xlsx", "乙"))
    assert [word.word for word in page_of(client, last_batch()).words] == ["煤炭"]
    meanings = {entry["word"].word: entry["means"] for entry in client.get("/imports/remembered/").context["words"]}
    assert (meanings["煤炭"], bool(meanings["双福新区"])) == ("", True)
    assert "煤炭" not in client.get("/imports/remembered.json").content.decode()


def test_changed_words_and_columns_hold_from_the_next_file_on(client: Client, tmp_path: Path) -> None:
    taught(client, tmp_path)
    word, columns = RememberedWord.objects.get(key="双福新区"), RememberedMapping.objects.get()
    client.post(f"/imports/remembered/words/{word.pk}/", {"code": "luohuang"})
    says = {"field-D": "park", "field-G": "contact_name", "field-C": "-", "unit": "万元", "fill-D": "1", "fill-F": "1"}
    assert client.post(f"/imports/remembered/tables/{columns.pk}/", says).status_code == 302
    # An amount is never filled downwards: it would be added twice.
    assert RememberedMapping.objects.get().entry["fill_down"] == ["板块"]
    bring(client, table(tmp_path / "乙.xlsx", "乙"))
    (row,) = preview_of(client, last_batch()).context["preview"].rows["create"]
    assert (row.read.values["park"], row.read.values["agreed_capital"]) == ("luohuang", 4.25)
    assert "contact_name" in row.read.values
    assert "investor" not in row.read.values


def test_nonsense_changes_nothing(client: Client, tmp_path: Path) -> None:
    taught(client, tmp_path)
    word, columns = RememberedWord.objects.get(key="双福新区"), RememberedMapping.objects.get()
    client.post(f"/imports/remembered/words/{word.pk}/", {"code": "nowhere"})
    page = client.post(f"/imports/remembered/tables/{columns.pk}/", {"field-D": "no_such_field"})
    assert (page.status_code, bool(page.context["error"])) == (422, True)
    word.refresh_from_db()
    assert (word.code, RememberedMapping.objects.get().entry) == ("shuangfu", columns.entry)
    assert client.get("/imports/remembered.json", {"mapping": "x"}).status_code == 404
    assert client.get("/imports/remembered.json", {"mapping": "9" * 18}).status_code == 404


def test_a_recorder_changes_what_he_decided_himself(client: Client, tmp_path: Path) -> None:
    recorder = make_user("李某", role="recorder", parks=["shuangfu"])
    other = make_user("赵某", role="recorder", parks=["shuangfu"])
    taught(client_of(recorder), tmp_path)
    word, columns = RememberedWord.objects.get(key="煤炭"), RememberedMapping.objects.get()
    urls = (f"/imports/remembered/words/{word.pk}/", f"/imports/remembered/tables/{columns.pk}/")
    for user, may in ((other, False), (make_user("领导", role="leader"), False), (recorder, True), (None, True)):
        visitor = client_of(user) if user else client
        assert ('name="remove"' in visitor.get("/imports/remembered/").content.decode()) is may
        for url, sent in zip(urls, ({"code": "equipment"}, {"field-D": "park", "unit": "亿元"}), strict=True):
            assert visitor.post(url, sent).status_code == (302 if may else 403)
        RememberedWord.objects.update(code="outside", decided_by=recorder)
        RememberedMapping.objects.update(decided_by=recorder)
    for url in urls:
        assert client_of(other).post(url, {"remove": "1"}).status_code == 403
        assert client_of(recorder).post(url, {"remove": "1"}).status_code == 302
    assert not RememberedMapping.objects.exists()


def test_what_another_decided_is_not_overwritten_by_importing(client: Client, manager: User, tmp_path: Path) -> None:
    taught(client, tmp_path)
    before = RememberedMapping.objects.get().entry
    recorder = client_of(make_user("李某", role="recorder", parks=["shuangfu", "luohuang"]))
    batch = decide(
        recorder, table(tmp_path / "乙.xlsx", "乙"), **{"word-park-双福新区": "luohuang", "field-0-G": "contact_name"}
    )
    (row,) = preview_of(recorder, batch).context["preview"].rows["create"]
    assert (row.read.values["park"], "contact_name" in row.read.values) == ("luohuang", True)
    write(recorder, batch)
    word = RememberedWord.objects.get(key="双福新区")
    assert (word.code, word.decided_by, RememberedMapping.objects.get().entry) == ("shuangfu", manager, before)


def test_the_command_asks_nobody(client: Client, tmp_path: Path) -> None:
    taught(client, tmp_path)
    path = table(tmp_path / "乙.xlsx", "乙")
    status, answer = run(path, "--dry-run")
    assert (status, answer["rows"], answer["batch"]) == (2, 0, None)
    header = ("项目名称", "落户园区", "协议投资额（亿元）")
    status, answer = run(write_xlsx(tmp_path / "丙.xlsx", [header, ["丙", "双福新区", 3]]), "--dry-run")
    assert codes(answer) == [(2, "B", "unknown_word")]


def test_the_exported_file_is_a_mapping_of_the_command(client: Client, tmp_path: Path) -> None:
    taught(client, tmp_path)
    mapping = tmp_path / "mapping.json"
    answer = client.get("/imports/remembered.json", {"mapping": RememberedMapping.objects.get().pk})
    assert answer["Content-Disposition"].startswith("attachment")
    mapping.write_bytes(answer.content)
    status, said = run(table(tmp_path / "乙.xlsx", "乙"), "--mapping", str(mapping))
    assert (status, said["create"], said["agreed_capital"]) == (0, 1, "42500.00")
    assert Project.objects.get(name="项目乙").park.code == "shuangfu"
    words = client.get("/imports/remembered.json").json()
    assert words == {"sheets": {}, "words": {"park": {"双福新区": "shuangfu"}, "cluster": {"煤炭": "outside"}}}


def test_an_exported_file_leaves_out_what_the_page_left_out(client: Client, tmp_path: Path) -> None:
    taught(client, tmp_path)
    answer = client.get("/imports/remembered.json", {"mapping": RememberedMapping.objects.get().pk}).json()
    assert answer["sheets"]["*"]["columns"] == {"板块": "park", "备注": None}


def test_pages_cost_the_same_however_much_is_remembered(client: Client, manager: User, tmp_path: Path) -> None:
    batch = taught(client, tmp_path)
    row = RememberedMapping.objects.get()

    def queries(mark: str) -> list[int]:
        counts = []
        with CaptureQueriesContext(connection) as sent:
            bring(client, table(tmp_path / f"{mark}.xlsx", mark))
        counts.append(len(sent))
        for url in (f"/imports/{last_batch().pk}/columns/", f"/imports/{last_batch().pk}/", "/imports/remembered/"):
            with CaptureQueriesContext(connection) as sent:
                assert client.get(url).status_code == 200
            counts.append(len(sent))
        return counts

    few = queries("乙")
    for number in range(30):
        RememberedWord.objects.create(
            kind="park",
            key=f"词{number}",
            word=f"词{number}",
            code="degan",
            decided_at=row.decided_at,
            decided_by=manager,
        )
        RememberedMapping.objects.create(
            key=f"{number}",
            kind="projects",
            headers=row.headers,
            entry={},
            decided_at=row.decided_at,
            decided_by=manager,
        )
    assert queries("丙") == few
    assert batch.state == "committed"


def test_a_kept_preview_is_made_again_once_a_word_is_forgotten(client: Client, settings: Any, tmp_path: Path) -> None:
    taught(client, tmp_path)
    settings.IMPORT_BACKGROUND_BYTES, settings.VAR_DIR = 0, tmp_path / "var"
    bring(client, table(tmp_path / "乙.xlsx", "乙"))
    work()
    batch = last_batch()
    page = preview_of(client, batch)
    assert page.context["preview"].recalled.columns == 3
    RememberedWord.objects.filter(key="煤炭").update(word="煤 炭")  # nothing that this preview was made of
    assert "preview" in preview_of(client, batch).context
    client.post(f"/imports/remembered/words/{RememberedWord.objects.get(key='煤炭').pk}/", {"remove": "1"})
    assert "preview" not in preview_of(client, batch).context
    client.post(f"/imports/{batch.pk}/again/")
    work()
    assert [word.word for word in page_of(client, batch).words] == ["煤炭"]
    client.post(f"/imports/{batch.pk}/columns/", {"word-cluster-煤炭": "equipment", "sheet-0": "1"})
    work()
    confirm(client, batch, digest_of(preview_of(client, batch)))
    work()
    assert RememberedWord.objects.get(key="煤炭").code == "equipment"


def test_what_demo_accounts_decided_goes_with_the_demo(client: Client, manager: User, tmp_path: Path) -> None:
    taught(client, tmp_path)
    RememberedWord.objects.filter(key="煤炭").update(decided_by=make_demo())
    clear_demo(user=None)
    assert [word.key for word in RememberedWord.objects.all()] == ["双福新区"]
    assert RememberedMapping.objects.exists()


def make_demo() -> User:
    user = make_user("demo", role="manager", all_parks=True)
    user.is_demo = True
    user.save(update_fields=["is_demo"])
    return user


def test_months_are_remembered_without_a_year_that_the_header_does_not_say(client: Client, tmp_path: Path) -> None:
    make_project("甲", code="P-1", agreed="5", signed="2019-01-01")
    header = ("项目编号", "项目名称", "1月", "首笔", "2020年3月")
    rows = [["2020年资金到位情况"], header, ["P-1", "甲", 1, 2, 3]]
    batch = decide(
        client,
        write_xlsx(tmp_path / "一.xlsx", rows),
        **{"month-0-D": "2020-02", "field-0-D": "arrival", "month-0-E": "2020-04", "unit-0": "万元"},
    )
    write(client, batch)
    assert RememberedMapping.objects.get().entry["columns"] == {
        "首笔": {"field": "arrival", "month": "2月"},
        "2020年3月": {"field": "arrival", "month": "2020-04"},
    }
