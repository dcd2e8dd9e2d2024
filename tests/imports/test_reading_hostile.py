"""Hostile and mistaken files: each is one sentence, soon, and ends nothing but its own child."""

import logging
import os
import re
import struct
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest
from django.utils import translation

from imports.reading import ReadError, messages, read_workbook, reader, rebuild
from tests.imports.files import (
    MACRO_TYPE,
    lying_zip,
    ods,
    ole,
    record,
    sheet_xml,
    write_zip,
    xls,
    xlsx,
    xlsx_parts,
)  # fmt: skip

ROOT = Path(__file__).resolve().parents[2]
ONE = '<row r="1"><c r="A1"><v>1</v></c></row>'


@pytest.fixture
def path(tmp_path):
    return tmp_path / "台账.xlsx"


def refused(path, data=None, **options):
    """The code of the refusal; there is a sentence, and it took no longer than a bomb may."""
    if data is not None:
        path.write_bytes(data)
    started = time.monotonic()
    with pytest.raises(ReadError) as error:
        read_workbook(path, **options)
    assert time.monotonic() - started < 10
    sentence = str(error.value)
    assert len(sentence) > 10
    assert "%(" not in sentence
    return error.value.code


# --- Not a spreadsheet ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 500, "picture"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF" + b"\0" * 50, "picture"),
        (b"GIF89a" + b"\0" * 50, "picture"),
        (b"BM\x36\0\0\0\0\0" + b"\0" * 50, "picture"),
        (b"%PDF-1.7\n%\xe2\xe3", "pdf"),
        (b"Rar!\x1a\x07\x01\0", "archive"),
        (b"7z\xbc\xaf\x27\x1c", "archive"),
        (b"\x1f\x8b\x08\0", "archive"),
        (b"MZ\x90\0\x03\0\0\0", "program"),
        (b"{\\rtf1\\ansi hello}", "document"),
        (ole({"WordDocument": b"x"}), "document"),
        (ole({"Something": b"x"}), "other"),
        (os.urandom(5000), None),
        (b"\0" * 5000, None),
    ],
)
def test_other_files_are_named_for_what_they_are(path, data, kind):
    path.write_bytes(data)
    with pytest.raises(ReadError) as error:
        read_workbook(path)
    assert error.value.code in {"not_a_spreadsheet", "nul_character", "bad_encoding", "empty_file"}
    if kind:
        assert error.value.params["kind"] == kind


@pytest.mark.parametrize(
    ("parts", "kind"),
    [
        ({"a.txt": "x"}, "archive"),
        ({"[Content_Types].xml": "<Types/>", "word/document.xml": "<x/>"}, "document"),
        ({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "<x/>"}, "document"),
    ],
)
def test_other_containers(path, parts, kind):
    write_zip(path, parts)
    with pytest.raises(ReadError) as error:
        read_workbook(path)
    assert (error.value.code, error.value.params["kind"]) == ("not_a_spreadsheet", kind)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (ole({"EncryptedPackage": b"x", "EncryptionInfo": b"x"}), "encrypted"),
        (xls(b"", globals_=record(0x002F, b"\1\0" + b"x" * 50)), "encrypted"),
        (b"\x09\x08\x08\0\0\5\5\0" + b"\0" * 50, "old_excel"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\xff" * 3000, "damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "damaged"),
        (b"PK\x03\x04" + b"x" * 100, "damaged"),
        (b"PK\x05\x06" + b"\0" * 18, "not_a_spreadsheet"),
    ],
)
def test_containers_that_cannot_be_opened(path, data, code):
    assert refused(path, data) == code


def test_no_file_a_folder_and_a_file_too_large(tmp_path, settings):
    assert refused(tmp_path / "nicht.xlsx") == "not_found"
    assert refused(tmp_path) == "unreadable"
    settings.IMPORT_MAX_BYTES = 1000
    assert refused(tmp_path / "a.csv", b"a,b\n" * 500) == "too_large"


# --- ZIP ------------------------------------------------------------------------------------------------------------
def test_a_truncated_container(path):
    xlsx(path, ONE)
    data = path.read_bytes()
    for size in (len(data) // 3, len(data) - 30):
        assert refused(path, data[:size]) == "damaged"


def test_two_parts_of_the_same_name(path):
    parts = xlsx_parts(sheet_xml(ONE))
    twice = [*parts.items(), ("XL/worksheets/Sheet1.xml", sheet_xml(ONE.replace("<v>1", "<v>2")))]
    write_zip(path, twice)
    assert refused(path) == "damaged"


def test_more_parts_than_any_workbook_has(path):
    write_zip(path, {**xlsx_parts(sheet_xml(ONE)), **{f"p{i}": "" for i in range(1001)}})
    assert refused(path) == "too_many_parts"


def test_a_part_that_packs_too_well(path):
    write_zip(path, {**xlsx_parts(sheet_xml(ONE)), "xl/theme.xml": b" " * 30_000_000})
    assert refused(path) == "bomb"
    write_zip(path, {**xlsx_parts(sheet_xml(ONE)), "xl/media/image1.bmp": b"\0" * 30_000_000})
    assert len(read_workbook(path).sheets) == 1


def test_claims_of_more_than_the_limit(path, settings):
    settings.IMPORT_MAX_UNPACKED_BYTES = 2000
    write_zip(path, {**xlsx_parts(sheet_xml(ONE)), "xl/media/x": os.urandom(3000)})
    assert refused(path) == "bomb"


@pytest.mark.parametrize("claim", [10, 0xFFFFFFFF])
def test_a_part_that_lies_about_its_size(path, claim):
    data = lying_zip(xlsx_parts(sheet_xml(ONE * 1)), "xl/worksheets/sheet1.xml", claim)
    assert refused(path, data) in {"damaged", "bomb"}


def test_an_encrypted_part(path):
    xlsx(path, ONE)
    data = bytearray(path.read_bytes())
    for signature, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        found = data.find(signature)
        while found >= 0:
            data[found + at] |= 1
            found = data.find(signature, found + 4)
    assert refused(path, bytes(data)) == "encrypted"


def test_a_compression_that_is_not_deflate(path):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA) as archive:
        for name, data in xlsx_parts(sheet_xml(ONE)).items():
            archive.writestr(name, data)
    assert refused(path) == "damaged"


@pytest.mark.parametrize("missing", ["xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/_rels/workbook.xml.rels"])
def test_a_missing_part(path, missing):
    parts = xlsx_parts(sheet_xml(ONE))
    del parts[missing]
    write_zip(path, parts)
    assert refused(path) in {"damaged", "no_sheet", "not_a_spreadsheet"}


# --- Sheets ---------------------------------------------------------------------------------------------------------
def far(reference):
    row = re.sub(r"\D", "", reference)
    return f'{ONE}<row r="{row}"><c r="{reference}"><v>1</v></c></row>'


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        (far("XFD1048576"), "too_many_rows"),
        (far("A200001"), "too_many_rows"),
        (far("SG2"), "too_many_columns"),
        (far("XFD1"), "too_many_columns"),
        ('<row r="1"><c r="ZZZZ1"><v>1</v></c></row>', "damaged"),
        ('<row r="0"><c r="A0"><v>1</v></c></row>', "damaged"),
        ('<row r="99999999999"><c r="A99999999999"><v>1</v></c></row>', "damaged"),
        (ONE + ONE, "damaged"),
        ('<row r="1"><c r="A1" t="s"><v>5</v></c></row>', "damaged"),
        ('<row r="1"><c r="A1"><v>1</v></row>', "damaged"),
        (f'<row r="1"><c r="A1" t="str"><v>{"x" * 32768}</v></c></row>', "cell_too_long"),
        (f'<row r="1"><c r="A1" t="inlineStr"><is><t>{"x" * 32768}</t></is></c></row>', "cell_too_long"),
        ("<row>" + "<c><v>1</v></c>" * 501 + "</row>", "too_many_columns"),
        ("<row><c><v>1</v></c></row>" * 200_001, "too_many_rows"),
        ("", "empty_file"),
    ],
)
def test_sheets_beyond_all_bounds(path, rows, code):
    xlsx(path, rows)
    assert refused(path) == code


def test_the_last_allowed_row_and_column_are_read(path):
    xlsx(path, far("SF200000"))
    sheet = read_workbook(path).sheets[0]
    assert (len(sheet.rows), len(sheet.rows[-1])) == (200_000, 500)


@pytest.mark.parametrize(
    "document_type",
    [
        '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>',
        '<!DOCTYPE x SYSTEM "file:///etc/passwd">',
        '<!DOCTYPE x [<!ENTITY % e SYSTEM "http://localhost/x"> %e;]>',
    ],
)
@pytest.mark.parametrize(
    "part", ["xl/worksheets/sheet1.xml", "xl/workbook.xml", "[Content_Types].xml", "xl/styles.xml"]
)
def test_document_types_are_refused_in_every_part_that_is_read(path, document_type, part):
    parts = xlsx_parts(sheet_xml(ONE), styles="<cellXfs/>")
    parts[part] = document_type + str(parts[part]).replace('<?xml version="1.0"?>', "")
    write_zip(path, parts)
    assert refused(path) == "xml_entities"


def test_a_document_type_in_an_ods(tmp_path):
    path = ods(tmp_path / "a.ods", "")
    write_zip(path, {"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": "<!DOCTYPE x><x/>"})
    assert refused(path) == "xml_entities"


def test_an_endless_text(path, settings):
    noise = os.urandom(6_000_000).hex()
    xlsx(path, f'<row r="1"><c r="A1" t="str"><v>{noise}</v></c></row>')
    assert refused(path) == "bomb"


def test_too_many_cells(path, monkeypatch):
    monkeypatch.setattr("imports.reading.raw.MAX_CELLS", 10)
    from imports.reading.limits import Limits
    from imports.reading.raw import Budget

    budget = Budget(Limits())
    with pytest.raises(ReadError) as error:
        budget.add(11)
    assert error.value.code == "too_many_cells"


# --- Macros ---------------------------------------------------------------------------------------------------------
def test_macros_are_read_around_where_the_name_says_so_and_refused_where_it_does_not(tmp_path):
    parts = xlsx_parts(sheet_xml(ONE), main_type=MACRO_TYPE)
    parts["xl/vbaProject.bin"] = b"x"
    path = write_zip(tmp_path / "a.xlsm", parts)
    assert read_workbook(path).notes == []
    assert refused(path, filename="台账.xlsx") == "macro_disguised"
    assert refused(path, filename="台账.csv") == "macro_disguised"
    assert len(read_workbook(path, filename="台账").sheets) == 1


# --- The child ------------------------------------------------------------------------------------------------------
def child_that(monkeypatch, code):
    monkeypatch.setattr(reader, "CHILD", code)


def test_a_child_that_dies_is_one_sentence_and_one_line_of_log(path, monkeypatch, caplog):
    xlsx(path, ONE)
    child_that(monkeypatch, "import os; os.abort()")
    with caplog.at_level(logging.INFO, logger="imports"):
        assert refused(path) == "memory"
    assert len(caplog.records) == 1
    child_that(monkeypatch, "import os; os.kill(os.getpid(), 9)")
    assert refused(path) == "timeout"
    child_that(monkeypatch, "raise SystemExit(3)")
    assert refused(path) == "damaged"


def test_a_child_that_hangs_is_ended(path, monkeypatch, settings):
    settings.IMPORT_CHILD_SECONDS = 1
    xlsx(path, ONE)
    child_that(monkeypatch, "import time; time.sleep(60)")
    started = time.monotonic()
    assert refused(path) == "timeout"
    assert time.monotonic() - started < 3


@pytest.mark.parametrize(
    "answer",
    [
        b"\0\0\0\5hello",
        struct.pack(">I", 0xFFFFFFFF),
        b"\0\0\0\1N",
        b"no frames at all",
        "marshal.dumps(('rows', [[1]]))",
        "marshal.dumps(('book', 'xlsx', '', False, [])) , marshal.dumps(('sheet', 'a', False, [], [], [], [])), "
        "marshal.dumps(('rows', [[('x', 1, '')]])), marshal.dumps(('end',))",
        "marshal.dumps(('book', 'xlsx', '', False, [])) , marshal.dumps(('sheet', 'a', False, [], [], [], [])), "
        "marshal.dumps(('rows', [[('d', (2020, 13, 45), '')]])), marshal.dumps(('end',))",
        "marshal.dumps(('book', 'xlsx', '', False, [])) , marshal.dumps(('sheet', 'a', False, [], [], [], [])), "
        "marshal.dumps(('rows', [[float('nan')]])), marshal.dumps(('end',))",
        "marshal.dumps(('refused',)),",
        "marshal.dumps(('end',)),",
    ],
)
def test_a_child_that_talks_nonsense_is_not_believed(path, monkeypatch, answer):
    xlsx(path, ONE)
    frames = (
        repr(answer) if isinstance(answer, bytes) else f"b''.join(struct.pack('>I', len(f)) + f for f in [{answer}])"
    )
    child_that(monkeypatch, f"import os, marshal, struct; os.write(1, {frames})")
    assert refused(path) == "damaged"


def test_the_child_knows_neither_django_nor_the_environment(path, monkeypatch):
    xlsx(path, ONE)
    monkeypatch.setenv("SECRET_KEY", "canary")
    script = (
        "import sys, os; sys.path.insert(0, sys.argv.pop(1)); from imports.reading import child, raw;"
        "from imports.reading.errors import ReadError; child.main();"
        "bad = [m for m in sys.modules if m.startswith('django')] + [v for v in os.environ.values() if v == 'canary'];"
        "sys.exit(1 if bad else 0)"
    )
    child_that(monkeypatch, script)
    waited = []
    wait = subprocess.Popen.wait
    monkeypatch.setattr(subprocess.Popen, "kill", lambda self: waited.append(wait(self, 10)))
    read_workbook(path)
    assert waited == [0]


def test_the_child_can_neither_write_files_nor_take_memory_without_end(tmp_path):
    script = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r}); from imports.reading.child import confine;"
        "from imports.reading.limits import Limits; confine(Limits(memory_bytes=200_000_000))\n"
        "import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "try:\n open('x', 'wb', buffering=0).write(b'x')\n print('written')\nexcept OSError:\n pass\n"
        "try:\n b'x' * 300_000_000\n print('taken')\nexcept MemoryError:\n pass\n"
    )
    command = [sys.executable, "-I", "-c", script]
    assert subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=True).stdout == ""
    assert not (tmp_path / "x").exists() or (tmp_path / "x").stat().st_size == 0


def test_too_little_memory_is_a_sentence(path, settings):
    settings.IMPORT_CHILD_MEMORY_BYTES = 70 * 1024 * 1024
    rows = "".join(f'<row r="{r}"><c r="A{r}" t="str"><v>{"甲" * 900}{r}</v></c></row>' for r in range(1, 30_000))
    xlsx(path, rows)
    assert refused(path) in {"memory", "bomb"}


def test_nothing_is_left_behind(path):
    xlsx(path, ONE)
    before, children = path.read_bytes(), own_children()
    read_workbook(path)
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]
    assert own_children() == children


def own_children() -> set[str]:
    """The processes that this one started and that are still there, zombies included; others may run a browser."""
    tasks = Path("/proc/self/task").glob("*/children")
    return {child for task in tasks for child in task.read_text().split()}


# --- Words ----------------------------------------------------------------------------------------------------------
def test_labels_lose_what_could_deceive():
    assert reader.clean_label("../../a\u202eslx.exe\n.xlsx") == "aslx.exe.xlsx"
    assert reader.clean_label("C:\\台账\\甲.xlsx") == "甲.xlsx"
    long = reader.clean_label("甲" * 300 + ".xlsx")
    assert (len(long), long[-5:]) == (100, ".xlsx")


def test_every_code_that_is_raised_has_its_sentence():
    raised = set()
    for file in (ROOT / "imports" / "reading").glob("*.py"):
        raised |= set(re.findall(r'ReadError\(\s*"(\w+)"', file.read_text(encoding="utf-8")))
    assert raised - set(messages.REFUSALS) == {"not_a_spreadsheet"}
    with translation.override("en"):
        for code, sentence in messages.REFUSALS.items():
            filled = str(messages.refusal(code, {"limit": 5, "row": 5, "ending": "x", "encoding": "x"}))
            assert "%(" not in filled, sentence


def test_decimals_hold_fifteen_digits_and_nothing_endless():
    assert str(rebuild.decimal(0.1 + 0.2)) == "0.3"
    assert str(rebuild.decimal(-0.0)) == "0"
    with pytest.raises(ReadError):
        rebuild.decimal(float("inf"))


def test_too_many_parts_and_unreadable_characters_say_what_helps(path):
    write_zip(path, {**xlsx_parts(sheet_xml(ONE)), **{f"p{i}": "" for i in range(1001)}})
    with translation.override("en"):
        with pytest.raises(ReadError, match="more than 1000 parts"):
            read_workbook(path)
        path.write_bytes("專案名稱,投資方\n雙福食品,重慶某某公司\n".encode("big5"))
        with pytest.raises(ReadError, match=r"save it as \.xlsx, or as CSV in UTF-8"):
            read_workbook(path, filename="台账.csv")
