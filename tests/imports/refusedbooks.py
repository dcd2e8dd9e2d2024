"""Workbooks of refused rows, opened and brought back as a person does."""

from __future__ import annotations

import io
from typing import Any

import openpyxl
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from imports.models import ImportBatch
from tests.imports.bringing import confirm, digest_of, last_batch, preview_of

RED = "FFFFC7CE"
PLAIN = ("项目编号", "项目名称", "落户园区", "协议投资额（亿元）")


def refused_book(client: Client, batch: ImportBatch) -> Any:
    """The workbook of a batch's refused rows, as a person opens it."""
    response = client.get(f"/imports/{batch.pk}/refused.xlsx")
    assert response.status_code == 200
    return openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content)))


def bring_book(client: Client, book: Any, name: str = "改好.xlsx") -> ImportBatch:
    """Bring a workbook back; the batch that it became."""
    content = io.BytesIO()
    book.save(content)
    response = client.post("/imports/", {"file": SimpleUploadedFile(name, content.getvalue())})
    assert response.status_code == 302, response.context["form"].errors
    return last_batch()


def counts(client: Client, batch: ImportBatch) -> dict[str, int]:
    """What the batch's rows would do; fails where a person must decide first."""
    return {action: number for action, number in preview_of(client, batch).context["counts"].items() if number}


def wrong_cells(page: Any) -> list[Any]:
    """The coloured cells, from top to bottom; each with a comment."""
    cells = [cell for row in page.iter_rows() for cell in row if cell.fill.fgColor.rgb == RED]
    assert all(cell.comment and cell.comment.text for cell in cells)
    return cells


def values(page: Any) -> list[list[Any]]:
    return [list(row) for row in page.iter_rows(values_only=True)]


def write_good(client: Client, batch: ImportBatch) -> None:
    confirm(client, batch, digest_of(preview_of(client, batch)), skip_refused="on")
    batch.refresh_from_db()
    assert batch.state == "committed"
