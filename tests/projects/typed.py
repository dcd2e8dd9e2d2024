"""What the page of a project sends, as a browser would send it."""

from __future__ import annotations

import re
from typing import Any

from django.test import Client

from parks.models import Park
from projects.choices import MAIN_MILESTONES


def rows(prefix: str, *typed: dict[str, Any], initial: int = 0) -> dict[str, Any]:
    """What a formset of these rows sends."""
    data: dict[str, Any] = {f"{prefix}-TOTAL_FORMS": len(typed), f"{prefix}-INITIAL_FORMS": initial}
    for number, row in enumerate(typed):
        data |= {f"{prefix}-{number}-{name}": value for name, value in row.items()}
    return data


def typed(
    *,
    investors: list[dict[str, Any]] | None = None,
    commitments: list[dict[str, Any]] | None = None,
    milestones: dict[str, dict[str, Any]] | None = None,
    **fields: Any,
) -> dict[str, Any]:
    """What the page sends, with what the browser sends by itself."""
    steps = [{"kind": kind.value, **(milestones or {}).get(kind.value, {})} for kind in MAIN_MILESTONES]
    return {
        "name": "新项目",
        "condition": "active",
        "plan_reason": "等用地",  # asked where a planned day moves
        **rows("investors", *(investors if investors is not None else [{"name": "", "role": "lead"}]), initial=1),
        **rows("commitments", *(commitments if commitments is not None else [{"kind": "initial"}]), initial=1),
        **rows("milestones", *steps, initial=len(steps)),
        **fields,
    }


def create(client: Client, **changes: Any) -> Any:
    return client.post("/projects/new/", typed(**changes))


def pk_of(code: str) -> int:
    return Park.objects.get(code=code).pk


def errors_of(response: Any) -> str:
    assert response.status_code == 422
    found = re.search(r'<div class="form-errors".*?</div>', response.content.decode(), re.DOTALL)
    assert found
    return found.group()
