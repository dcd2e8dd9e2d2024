"""The log: who did what, when, on what, from where, with which result. Written here alone, in one chain of hashes."""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Iterator
from typing import Any

from axes.helpers import get_client_ip_address
from django.conf import settings
from django.db import connection, transaction
from django.http import HttpRequest
from django.utils import timezone, translation

from accounts.models import Action, AuditEvent, Result, User

START = "0" * 64  # what stands in the place of a former row before the first one
LOCK = 0x6A6A6C6F67  # of PostgreSQL's advisory locks, the one that stands for the log
CHUNK = 2000


def address_of(request: HttpRequest) -> str:
    """From where a request comes, as the lock after failed logins tells it."""
    return get_client_ip_address(request) or ""


def _storable(value: Any) -> Any:
    """The same without NUL, which PostgreSQL holds in no text: an address may say anything, and is told."""
    if isinstance(value, str):
        return value.replace("\x00", "")
    if isinstance(value, dict):
        return {key: _storable(one) for key, one in value.items()}
    return [_storable(one) for one in value] if isinstance(value, list | tuple) else value


@transaction.atomic
def record_event(
    *, user: User | None, action: str, subject: str, address: str = "", result: str = Result.DONE, **detail: Any
) -> AuditEvent:
    """Append a row to the log, while whoever else wants to waits. `detail`: what JSON can hold.

    On SQLite one writes at a time anyway (docs/decisions/0002-sqlite.md).
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    last = AuditEvent.objects.order_by("-number").values_list("number", "digest").first()
    number, former = last or (0, START)
    event = AuditEvent(
        number=number + 1,
        at=timezone.now(),
        user=user,
        username=user.username if user else "",
        action=action,
        subject=_storable(subject),
        detail=_storable(detail),
        address=address,
        result=result,
        former=former,
    )
    event.digest = digest_of(event)
    event.save(force_insert=True)
    return event


def record_export(
    request: HttpRequest, *, form: str, subject: object, rows: int, result: str = Result.DONE, **detail: Any
) -> AuditEvent:
    """Write down what an account takes out as a file: `form` is the kind of the file, `rows` how many it holds."""
    with translation.override(settings.LANGUAGE_CODE):
        said = str(subject)[:100]  # the log has one language, whoever reads it
    return record_event(
        user=request.user,
        action=Action.EXPORT,
        subject=said,
        address=address_of(request),
        result=result,
        form=form,
        rows=rows,
        query=request.GET.urlencode()[:2000],
        path=request.path,
        **detail,
    )


def digest_of(event: AuditEvent) -> str:
    """The hash of a row and, with it, of all before it."""
    said = [
        event.former,
        event.number,
        event.at.astimezone(datetime.UTC).isoformat(timespec="microseconds"),
        event.username,
        event.action,
        event.subject,
        event.detail,
        event.address,
        event.result,
    ]
    text = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def breaks() -> Iterator[tuple[int, str]]:
    """Where the chain does not hold: the number of the row, and what is wrong there ("changed" or "former").

    One that was taken out shows at the next one. That the newest rows were taken out, no chain can tell: whoever wants
    to know writes the newest hash down elsewhere (it stands on the page of the log).
    """
    number, former = 0, START
    while chunk := list(AuditEvent.objects.filter(number__gt=number).order_by("number")[:CHUNK]):
        for event in chunk:
            if event.former != former or event.number != number + 1:
                yield event.number, "former"
            if digest_of(event) != event.digest:
                yield event.number, "changed"
            number, former = event.number, event.digest
