"""A sent form as if it had been opened just now: what a browser would send with what others changed taken over."""

from __future__ import annotations

from typing import Any

from django.forms import BaseFormSet

from projects.choices import CommitmentKind, ParticipationRole
from projects.forms import ProjectForm
from projects.meanwhile import Meeting
from projects.models import Project
from projects.sheets import COMMITMENTS, INVESTORS, MILESTONES, OFFICIAL, Row, text_of

BLANK: dict[str, Row] = {
    INVESTORS: {"role": ParticipationRole.LEAD.value},
    COMMITMENTS: {"kind": CommitmentKind.INITIAL.value},
}


def retyped(form: ProjectForm, formsets: dict[str, BaseFormSet], stored: Project, meeting: Meeting) -> Any:
    """The data of the whole page: `formsets` by section. What the sender changed stays as it was typed."""
    data = form.data.copy()
    data["version"] = str(stored.version)
    for unit in meeting.choices.asked:
        data.pop(f"choice-{unit}", None)
    data.pop("asked", None)
    for name in meeting.taken_fields:
        value = meeting.sheet.fields[name]
        if name == OFFICIAL:
            data["lead_official_name"], data["lead_official_post"] = value or ("", "")
        else:
            data[name] = text_of(form.fields[name], value)
    for section, formset in formsets.items():
        _retype_rows(data, section, formset, meeting)
    return data


def _retype_rows(data: Any, section: str, formset: BaseFormSet, meeting: Meeting) -> None:
    """The register's rows first, in its order, as the page begins with them; those taken out are marked."""
    for name in [name for name in data if name.startswith(f"{formset.prefix}-")]:
        del data[name]
    rows, stored = meeting.sheet.rows[section], meeting.stored.rows[section]
    sent = [(key, rows.get(key, row), key not in rows) for key, row in stored.items()]
    sent += [(key, row, False) for key, row in rows.items() if key not in stored]
    if section != MILESTONES and not stored:  # the page begins with an empty row
        sent = sent or [(None, BLANK[section], False)]
    data[f"{formset.prefix}-TOTAL_FORMS"] = str(len(sent))
    data[f"{formset.prefix}-INITIAL_FORMS"] = str(len(stored))
    for number, (key, row, is_out) in enumerate(sent):
        values = dict(row)
        if section == COMMITMENTS:
            values["pk"] = key if isinstance(key, int) else None
        if section == MILESTONES:
            values["kind"] = key
            values["actual_on"], values["reached"] = values.pop("actual")
        _retype_row(data, formset, number, values, is_out)


def _retype_row(data: Any, formset: BaseFormSet, number: int, values: Row, is_out: bool) -> None:
    prefix = formset.add_prefix(number)
    for name, field in formset.form.base_fields.items():
        value = values.get(name)
        if isinstance(value, bool):
            value = "on" if value else None  # a box that is not ticked is not sent at all
        if value is not None:
            data[f"{prefix}-{name}"] = text_of(field, value)
    if is_out:
        data[f"{prefix}-DELETE"] = "on"
