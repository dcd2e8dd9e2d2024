"""Comments of cells (批注): read from every kind of workbook, shown at their row, kept with it, never a value."""

import random
import re
import struct
import zipfile
from pathlib import Path

import openpyxl
import pytest
from openpyxl.comments import Comment

from imports.models import ImportBatch, ImportRow
from imports.ownmarks import comment_author
from imports.reading import ReadError, read_workbook
from imports.reading.limits import Limits
from imports.reading.raw import Budget, RawSheet
from imports.reading.xlsremarks import Remarks
from projects.models import Project
from tests.builders import make_user
from tests.imports.books import ledger, run
from tests.imports.bringing import bring, client_of, confirm, digest_of, last_batch, preview_of
from tests.imports.files import biff_text, ods, record, record12, relations, text12, write_zip, xls, xlsb
from tests.imports.refusedbooks import refused_book

HEADER = ("项目编号", "项目名称", "落户园区", "协议投资额（亿元）")
THREAD = (
    "[线程批注]\n\n你的Excel版本可读取此线程批注; 但如果在更新版本的Excel中打开文件，则对批注所作的任何改动都将被删除。"
    "了解详细信息: https://go.microsoft.com/fwlink/?linkid=870924\n\n注释:\n    金额待核\n答复:\n    已核"
)


def with_comments(path: Path, *comments: tuple[str, str, str], sheet: str = "") -> Path:
    """Add (cell, words, author) to a workbook."""
    book = openpyxl.load_workbook(path)
    page = book[sheet] if sheet else book.active
    for cell, words, author in comments:
        page[cell].comment = Comment(words, author)
    book.save(path)
    return path


def comments_of(path: Path) -> dict[tuple[int, int], str]:
    return read_workbook(path).sheets[0].comments


def test_comments_of_an_xlsx_come_without_the_authors_name(tmp_path):
    path = ledger(tmp_path / "a.xlsx", ["P-1", "甲", "双福", 5], header=HEADER)
    with_comments(
        path, ("B2", "张三:\n已更名\n\n", "张三"), ("D2", "张三：应为 6 亿", "李四"), ("C9", THREAD, "tc={1}")
    )
    assert comments_of(path) == {(2, 2): "已更名", (2, 4): "张三：应为 6 亿", (9, 3): "金额待核\n答复:\n已核"}
    assert read_workbook(path).sheets[0].notes[0][0] == "comments"


def xlsx_comments(tmp_path: Path, part: str) -> Path:
    """A workbook whose part of comments is the given XML."""
    path = with_comments(ledger(tmp_path / "a.xlsx", ["P-1", "甲", "双福", 5], header=HEADER), ("A1", "x", "y"))
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    (name,) = (name for name in parts if "comments" in name.lower() and name.endswith(".xml"))
    return write_zip(path, parts | {name: part})


@pytest.mark.parametrize(
    ("part", "answer"),
    [
        ("<comments><commentList><comment ref='ZZZZ1'><text><t>a</t></text></comment></commentList></comments>", {}),
        ("<comments><comment ref='B2' authorId='77'><text><t>a</t></text></comment></comments>", {(2, 2): "a"}),
        ("<comments><comment><text><t>a</t></text></comment><comment ref='B2'/></comments>", {}),
        ("<comments><comment ref='B2'><text><t>a_x0000_b&#xD;c</t></text></comment></comments>", {(2, 2): "a␀b\nc"}),
        ("<comments><comment ref='B2'>", "damaged"),
        ("<!DOCTYPE a [<!ENTITY b 'c'>]><comments/>", "xml_entities"),
    ],
)
def test_nonsense_in_comments_ends_in_an_answer(tmp_path, part, answer):
    path = xlsx_comments(tmp_path, part)
    if isinstance(answer, dict):
        assert comments_of(path) == answer
        return
    with pytest.raises(ReadError) as error:
        read_workbook(path)
    assert error.value.code == answer


def test_an_endless_comment_is_cut_and_endlessly_many_are_refused(tmp_path):
    path = xlsx_comments(tmp_path, f"<comments><comment ref='B2'><t>{'长' * 9000}</t></comment></comments>")
    assert comments_of(path) == {(2, 2): "长" * 2000 + "…"}
    many = "".join(f"<comment ref='A{row}'><t>a</t></comment>" for row in range(1, 50_002))
    path = xlsx_comments(tmp_path, f"<comments>{many}</comments>")
    with pytest.raises(ReadError) as error:
        read_workbook(path)
    assert error.value.code == "bomb"


def test_comments_of_an_xls(tmp_path):
    def noted(number: int, *pieces: bytes) -> bytes:
        length = sum((len(piece) - 1) // (2 if piece[0] else 1) for piece in pieces)
        text = record(0x01B6, struct.pack("<HH6sHH", 0, 0, b"", length, 16))
        text += b"".join(record(0x003C, piece) for piece in pieces) + record(0x003C, b"\0" * 16)
        return record(0x005D, struct.pack("<HHHH", 0x15, 0x12, 0x19, number) + b"\0" * 18) + text

    cells = record(0x0204, struct.pack("<HHH", 0, 0, 0) + biff_text("甲"))
    objects = noted(1, b"\1" + "张三:\n应为".encode("utf-16-le"), b"\0" + b"6", b"\1" + "亿".encode("utf-16-le"))
    objects += record(0x005D, struct.pack("<HHHH", 0x15, 0x12, 8, 3) + b"\0" * 18)  # a picture
    objects += record(0x001C, struct.pack("<HHHH", 4, 1, 0, 1) + biff_text("张三") + b"\0")
    objects += record(0x001C, struct.pack("<HHHH", 5, 1, 0, 9) + b"\xff\xff\1")  # no such object, half a name
    objects += record(0x001C, b"\1")
    (tmp_path / "a.xls").write_bytes(xls(cells, after=objects))
    sheet = read_workbook(tmp_path / "a.xls").sheets[0]
    assert sheet.comments == {(5, 2): "应为6亿"}
    assert [code for code, _ in sheet.notes] == ["comments", "pictures"]


def test_comments_of_an_xlsb(tmp_path):
    cells = record12(0, struct.pack("<II", 0, 0)) + record12(6, struct.pack("<II", 0, 0) + text12("甲"))
    path = xlsb(tmp_path / "a.xlsb", cells)
    place = struct.pack("<IIIII", 0, 4, 4, 1, 1) + b"\0" * 16
    part = record12(632, text12("张三")) + record12(635, place) + record12(637, b"\0" + text12("张三：应为6亿"))
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["xl/worksheets/_rels/sheet1.bin.rels"] = relations(("c1", "comments", "../comments1.bin")).encode()
    parts["xl/comments1.bin"] = part
    assert comments_of(write_zip(path, parts)) == {(5, 2): "应为6亿"}


def test_comments_of_an_ods(tmp_path):
    cell = (
        '<table:table-cell/><table:table-cell table:number-columns-repeated="2"><office:annotation>'
        '<dc:creator xmlns:dc="dc">张三</dc:creator><dc:date xmlns:dc="dc">2020-06-30</dc:date>'
        "<text:p>应为<text:span>6亿</text:span></text:p><text:p>待核</text:p></office:annotation>"
        "<text:p>甲</text:p></table:table-cell>"
    )
    table = f'<table:table><table:table-row table:number-rows-repeated="2">{cell}</table:table-row></table:table>'
    sheet = read_workbook(ods(tmp_path / "a.ods", table)).sheets[0]
    assert sheet.comments == {(1, 2): "应为6亿\n待核"}
    # The same words as we write them beside a wrong cell, brought back from another program.
    ours = table.replace("张三", comment_author("应为6亿\n待核"))
    assert read_workbook(ods(tmp_path / "a.ods", ours)).sheets[0].comments == {}
    assert sheet.rows[0] == [None, "甲", "甲"]


@pytest.mark.django_db
@pytest.mark.usefixtures("vocabulary")
def test_a_comment_is_shown_at_its_row_and_kept_and_sets_nothing(tmp_path):
    path = ledger(
        tmp_path / "a.xlsx", ["P-1", "甲", "双福", 5], ["P-2", "乙", "双福", "5-8亿"], ["P-3", "丙", None, None],
        header=HEADER,
    )  # fmt: skip
    with_comments(path, ("D2", "张三:\n应为 6 亿", "张三"), ("D3", "<b>区间</b>", "李四"), ("D4", "10亿", "李四"))
    client = client_of(make_user("manager", all_parks=True))
    bring(client, path)
    batch = last_batch()
    new = preview_of(client, batch, "create").content.decode()
    assert re.search(r"D2\S* 应为 6 亿</span>", new)
    assert "&lt;b&gt;区间&lt;/b&gt;" in preview_of(client, batch, "refused").content.decode()
    confirm(client, batch, digest_of(preview_of(client, batch)), skip_refused="1")
    kept = {row.row: row.details[-1] for row in ImportRow.objects.filter(batch=batch)}
    assert kept == {
        2: {"cell": "D2", "comment": "应为 6 亿"},
        3: {"cell": "D3", "comment": "<b>区间</b>"},
        4: {"cell": "D4", "comment": "10亿"},
    }
    assert Project.objects.get(code="P-3").agreed_capital is None
    page = client.get(f"/imports/{batch.pk}/").content.decode()
    assert re.search(r"D2\S* 应为 6 亿</span>", page)
    assert re.search(r"D3\S* &lt;b&gt;区间", page)


@pytest.mark.django_db
@pytest.mark.usefixtures("vocabulary")
def test_a_comment_changes_nothing_on_the_second_import(tmp_path):
    path = ledger(tmp_path / "a.xlsx", ["P-1", "甲", "双福", 5], header=HEADER)
    run(path)
    status, answer = run(with_comments(path, ("D2", "应为 6 亿", "")))
    assert (status, answer["unchanged"], [w["code"] for w in answer["warnings"]]) == (0, 1, ["comments"])
    assert ImportBatch.objects.count() == 2
    assert ImportRow.objects.get(batch_id=answer["batch"]).details == [{"cell": "D2", "comment": "应为 6 亿"}]


def test_comments_of_an_old_xls_go_on_in_further_notes():
    sheet = RawSheet("表1")
    remarks = Remarks(sheet, False, "gb18030", Budget(Limits()))
    words = "应为 6 亿".encode("gb18030")
    remarks.note(struct.pack("<HHH", 4, 1, len(words)) + words[:4])
    remarks.note(struct.pack("<HHH", 0xFFFF, 0, len(words) - 4) + words[4:])
    remarks.note(struct.pack("<HHH", 0xFFFF, 0, 500))
    remarks.note(b"")
    remarks.finish()
    assert sheet.comments == {(5, 2): "应为 6 亿"}


@pytest.mark.parametrize("seed", range(20))
def test_broken_records_of_comments_are_nonsense_at_worst(seed):
    dice = random.Random(seed)
    sheet = RawSheet("表1")
    remarks = Remarks(sheet, seed % 2 == 0, "gb18030", Budget(Limits()))
    for _ in range(200):
        data = dice.randbytes(dice.randrange(24))
        call = dice.choice((remarks.note, remarks.object, lambda data: remarks.object_text(data, iter([data, data]))))
        call(data)
    remarks.finish()
    assert all(words and 1 <= row <= 65536 for (row, _), words in sheet.comments.items())


@pytest.mark.django_db
@pytest.mark.usefixtures("vocabulary")
def test_the_sheet_and_the_refused_rows_of_a_written_batch_with_comments(tmp_path):
    path = ledger(tmp_path / "a.xlsx", ["P-1", "甲", "双福", 5], ["P-2", "乙", "双福", "5-8亿"], header=HEADER)
    run(with_comments(path, ("B2", "已更名", ""), ("B3", "待核", "")), "--skip-refused")
    batch = ImportBatch.objects.get()
    client = client_of(make_user("manager", role="manager", all_parks=True))
    shown = client.get(f"/imports/{batch.pk}/sheet/").context["shown"]
    assert [cell.mark for cell in shown.lines[1].cells] == ["new"] * 4
    assert [cell for cell, __ in shown.lines[2].reasons] == ["D3"]
    assert refused_book(client, batch)["台账"]["B2"].value == "乙"
