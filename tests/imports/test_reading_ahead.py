"""The child sends rows while it reads on, and may begin before anybody asks: what comes of it is the same."""

import marshal
import os
import random
import struct
import subprocess
import sys
import time
from decimal import Decimal

import pytest

from imports.grid import Cell, CellKind
from imports.reading import ReadError, archive, child, early, read_workbook, reader, rebuild
from imports.reading.archive import Archive
from imports.reading.limits import Limits
from imports.reading.raw import Budget
from imports.reading.xlsx_sheet import read_xlsx
from tests.imports.files import xlsx

CALCULATE = '<calcPr fullCalcOnLoad="1"/>'


@pytest.fixture
def path(tmp_path):
    return tmp_path / "台账.xlsx"


@pytest.fixture
def small_steps(monkeypatch):
    """A frame holds five rows, and a part is read in pieces of a few rows."""
    monkeypatch.setattr(child, "BATCH", 5)
    monkeypatch.setattr(archive, "CHUNK", 300)


def row(number, *values):
    cells = "".join(f'<c r="{chr(65 + at)}{number}"><v>{value}</v></c>' for at, value in enumerate(values))
    return f'<row r="{number}">{cells}</row>'


def sent(path, *, parent=True):
    """The frames that the child sends of a workbook; without `parent` nobody takes any of them meanwhile."""
    taking, giving = os.pipe()
    outlet = child.Outlet(giving)
    if not parent:
        os.set_blocking(giving, False)
        filled = 0
        while True:
            try:
                filled += os.write(giving, b"\0" * 4096)
            except BlockingIOError:
                break
        os.set_blocking(giving, True)
    with path.open("rb") as file:
        sheets, __ = read_xlsx(Archive(file, Limits()), Budget(Limits()), outlet.offer)
        sheets = list(sheets)
    if not parent:
        assert len(os.read(taking, filled)) == filled
    for sheet in sheets:
        outlet.send_sheet(sheet)
    os.close(giving)
    with os.fdopen(taking, "rb") as pipe:
        data = pipe.read()
    frames = []
    while data:
        length = struct.unpack(">I", data[:4])[0]
        frames.append(marshal.loads(data[4 : 4 + length]))
        data = data[4 + length :]
    return frames


def rebuilt(frames):
    return rebuild.workbook(iter([("book", "xlsx", "", False, []), *frames])).sheets[0].rows


def firsts(frames):
    """Where the frames of rows begin."""
    return [frame[1] for frame in frames if frame[0] == "rows"]


def test_rows_go_while_the_sheet_is_read(path, small_steps):
    xlsx(path, "".join(row(number, number, number * 2) for number in range(1, 24)))
    seen = []
    with path.open("rb") as file:
        sheets, __ = read_xlsx(Archive(file, Limits()), Budget(Limits()), lambda sheet: seen.append(len(sheet.rows)))
        next(sheets)
    assert 0 < seen[1] < seen[-2] < 23
    frames = sent(path)
    assert firsts(frames) == [0, 5, 10, 15, 20]
    assert frames[-1][:3] == ("sheet", "表1", 23)
    assert rebuilt(frames) == [[Decimal(number), Decimal(number * 2)] for number in range(1, 24)]


def test_a_parent_that_takes_nothing_yet_keeps_nobody_waiting(path, small_steps):
    xlsx(path, "".join(row(number, number) for number in range(1, 24)))
    frames = sent(path, parent=False)
    assert rebuilt(frames) == [[Decimal(number)] for number in range(1, 24)]


def test_a_cell_of_a_row_that_went_already_sends_all_once_more(path, small_steps):
    rows = "".join(row(number, number) for number in range(1, 24))
    late = '<row r="2"><c r="C2"><v>7</v></c></row>' + row(24, 24)
    xlsx(path, rows + late)
    frames = sent(path)
    again = firsts(frames)
    assert again.count(0) == 2
    assert again[-5:] == [0, 5, 10, 15, 20]
    found = rebuilt(frames)
    assert found[1] == [Decimal(2), None, Decimal(7)]
    assert [line[0] for line in found] == [Decimal(number) for number in range(1, 25)]


def test_formulas_that_nobody_calculated_are_found_behind_the_last_row(path, small_steps):
    rows = "".join(
        f'<row r="{number}"><c r="A{number}"><v>{number}</v></c><c r="B{number}"><f>A{number}*2</f><v>0</v></c></row>'
        for number in range(1, 24)
    )
    xlsx(path, rows, workbook=CALCULATE)
    frames = sent(path)
    assert firsts(frames).count(0) == 2
    assert rebuilt(frames) == [[Decimal(number), Cell(CellKind.UNCALCULATED)] for number in range(1, 24)]


@pytest.mark.parametrize("seed", range(30))
def test_any_order_of_rows_comes_as_if_all_were_sent_at_the_end(path, small_steps, monkeypatch, seed):
    chance = random.Random(seed)
    numbers = [(number, column) for number in range(1, 40) for column in "ABC" if chance.random() < 0.7]
    if seed % 3:
        for __ in range(seed % 4):
            numbers.append(numbers.pop(chance.randrange(len(numbers))))
    formula = "<f>1</f>" if seed % 2 else ""
    cells = "".join(
        f'<row r="{number}"><c r="{column}{number}">{formula}<v>{0 if formula else number}</v></c></row>'
        for number, column in numbers
    )
    xlsx(path, cells, workbook=CALCULATE)
    streamed = rebuilt(sent(path))
    monkeypatch.setattr(child.Outlet, "offer", lambda self, sheet: None)
    assert streamed == rebuilt(sent(path))


@pytest.mark.parametrize(
    "frames",
    [
        [("rows", 3, [[1]])],
        [("rows", 0, [[1]]), ("rows", 5, [[1]])],
        [("rows", 0, [[1]]), ("rows", -1, [[1]])],
        [("rows", "0", [[1]])],
        [("rows", 0, [[1]]), ("sheet", "a", "x", False, [], [], [], [])],
    ],
)
def test_rows_that_belong_nowhere_are_not_believed(frames):
    with pytest.raises(ReadError) as error:
        rebuilt(frames)
    assert error.value.code == "damaged"


# --- Before anybody asks --------------------------------------------------------------------------------------------
@pytest.fixture
def begun(monkeypatch):
    """Files whose reading was begun early, none of them for others."""
    children = {}
    monkeypatch.setattr(reader, "_begun", children)
    yield children
    for process in children.values():
        process.kill()
        process.stdout.close()
        process.wait()


def test_what_was_begun_is_what_is_read(path, begun, monkeypatch):
    xlsx(path, row(1, 5))
    early.begin_early([str(path), "--dry-run"])
    assert len(begun) == 1
    monkeypatch.setattr(reader, "_begin", lambda *asked: pytest.fail("read once more"))
    assert read_workbook(path).sheets[0].rows == [[Decimal(5)]]
    assert not begun


def test_another_name_or_encoding_is_read_for_itself(path, begun):
    xlsx(path, row(1, 5))
    early.begin_early(["--json", str(path)])
    assert read_workbook(path, filename="other.xlsx").sheets[0].rows == [[Decimal(5)]]
    assert read_workbook(path, encoding="utf-8").sheets[0].rows == [[Decimal(5)]]
    assert len(begun) == 1


@pytest.mark.parametrize(
    "arguments", [[], ["--help"], ["--settings=other", "{path}"], ["{path}", "--pythonpath", "."], ["nowhere"], ["\0"]]
)
def test_nothing_is_begun_where_the_call_is_not_plain(path, begun, arguments):
    xlsx(path, row(1, 5))
    early.begin_early([word.format(path=path) for word in arguments])
    assert not begun


def test_what_is_wrong_is_said_when_it_is_asked_for(path, begun, settings):
    settings.IMPORT_MAX_BYTES = 5
    xlsx(path, row(1, 5))
    early.begin_early([str(path)])
    assert not begun
    with pytest.raises(ReadError) as error:
        read_workbook(path)
    assert error.value.code == "too_large"


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere it ends at its first frame")
def test_a_child_that_nobody_asks_ends_with_whoever_started_it(path):
    xlsx(path, "".join(row(number, *range(number, number + 20)) for number in range(1, 20_000)))
    script = (
        "import os, sys; os.environ['DJANGO_SETTINGS_MODULE'] = 'tests.settings';"
        "from imports.reading import reader, early; early.begin_early([sys.argv[1]]);"
        "print(next(iter(reader._begun.values())).pid)"
    )
    told = subprocess.run([sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=True)
    deadline = time.monotonic() + 5
    while os.path.exists(f"/proc/{int(told.stdout)}") and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not os.path.exists(f"/proc/{int(told.stdout)}")
