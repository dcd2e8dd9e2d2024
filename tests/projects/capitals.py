"""What the small pages of a project's capital send, as a browser would send it."""

from __future__ import annotations

import re
from typing import Any

from django.test import Client
from django.urls import reverse

from projects.models import Project


def url(name: str, project: Project, pk: int | None = None) -> str:
    return reverse(f"projects:{name}", args=[project.code] if pk is None else [project.code, pk])


def seen_in(html: str) -> str:
    return re.search(r'name="seen" value="(\d+)"', html).group(1)


def send(client: Client, address: str, *, seen: str | None = None, **fields: Any) -> Any:
    """Open a page, type, save."""
    seen = seen_in(client.get(address).content.decode()) if seen is None else seen
    return client.post(address, {"seen": seen, **fields})


def commitment(client: Client, project: Project, pk: int | None = None, **fields: Any) -> Any:
    address = url("commitment_edit", project, pk) if pk else url("commitment_create", project)
    return send(client, address, **{"kind": "increase", "currency": "", **fields})


def arrival(client: Client, project: Project, pk: int | None = None, **fields: Any) -> Any:
    address = url("arrival_edit", project, pk) if pk else url("arrival_create", project)
    return send(client, address, **{"month": "2020-09", "origin": "domestic", "currency": "", **fields})


def errors(response: Any) -> str:
    """What the page of a refused entry says; also that nothing typed is lost."""
    assert response.status_code == 422, response.status_code
    return re.search(r'<div class="form-errors".*?</div>', response.content.decode(), re.DOTALL).group()
