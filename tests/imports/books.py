"""Ledgers made for a test, and the import run on them as the command runs it."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import openpyxl
from django.core.management import call_command

SAMPLES = Path(__file__).resolve().parent.parent / "data" / "samples"
HEADER = ["项目编号", "项目名称", "投资方", "落户园区", "产业集群", "协议投资额（亿元）", "签约时间", "项目阶段"]


def write_xlsx(path: Path, rows: Sequence[Sequence[Any]], sheet: str = "台账") -> Path:
    """A workbook of one sheet with these rows."""
    book = openpyxl.Workbook()
    page = book.active
    page.title = sheet
    for row in rows:
        page.append(list(row))
    book.save(path)
    return path


def ledger(path: Path, *rows: Sequence[Any], header: Sequence[str] = tuple(HEADER)) -> Path:
    """A plain ledger: one header row and these rows."""
    return write_xlsx(path, [header, *rows])


def run(path: Path, *options: str) -> tuple[int, dict[str, Any]]:
    """(exit status, answer) of `import_projects FILE --json`."""
    out = io.StringIO()
    status = 0
    with redirect_stdout(out):
        try:
            call_command("import_projects", str(path), "--json", *options)
        except SystemExit as stop:
            status = int(stop.code or 0)
    return status, json.loads(out.getvalue())


def codes(answer: dict[str, Any], kind: str = "errors") -> list[tuple[Any, Any, str]]:
    """(row, column, code) of the answer's errors or warnings."""
    return [(problem["row"], problem["column"], problem["code"]) for problem in answer[kind]]
