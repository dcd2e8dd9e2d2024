"""Projects that left the register while somebody had their form open: an undone import takes what it made with it."""

from __future__ import annotations

from typing import Any

from django.db.models import Max
from django.http import HttpRequest
from django.utils.translation import gettext as _

from projects import permissions
from projects.models import Project
from projects.reasons import Reason
from projects.sources import day_of


def taken_out(request: HttpRequest, code: str) -> Any:
    """The last history record of a project of this number that is gone, for the form that is sent; None: there is none.

    403 where the account could not have written the project; None for one that it did not see.
    """
    user = request.user
    if request.method != "POST" or Project.objects.filter(code=code).exists():
        return None
    carried = Project.history.filter(code=code).order_by("-history_id").values_list("id", flat=True).first()
    records = Project.history.filter(id=carried).select_related("history_user").order_by("-history_id")
    record = records.first()
    if record is None or record.history_type != "-" or Project.objects.filter(codes__code=code).exists():
        return None
    if permissions.sees_own_parks_only(user) and record.park_id not in user.writable_park_ids:
        return None
    permissions.require_write_in(user, record.park_id)
    return record


def versions_of_gone(*codes: str) -> dict[str, int]:
    """The last versions of projects that left the register, by number; of all, or of these numbers.

    A project that comes anew under such a number counts on from there: a form that was opened with the former one is
    then of an earlier version, and whoever sends it is asked instead of writing over the new one.
    """
    records = Project.history.filter(history_type="-").order_by()
    if codes:
        records = records.filter(code__in=codes)
    return dict(records.values_list("code").annotate(Max("version")))


def words_of(record: Any) -> str:
    """Who took the project out, when and how, and what can be done with what was typed."""
    who = str(record.history_user or _("the command"))
    how = Reason.of(record.history_change_reason).words(by_person=False)
    by = "，".join(filter(None, (who, day_of(record.history_date), how)))
    return _(
        "%(code)s %(name)s was taken out of the register after you opened its page (%(by)s). Nothing was saved. What "
        "you typed stands below: register it as a new project, or have the project brought back first."
    ) % {"code": record.code, "name": record.name, "by": by}
