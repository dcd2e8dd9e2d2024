"""Pages of what is remembered for later files: words and columns, who decided them, and how that is changed."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import User
from imports import remembering
from imports.choices import AREA_UNITS, AREAS, MONEY_UNITS, field_groups
from imports.decisions import LEAVE_OUT, column_says
from imports.fields import ALL_FIELDS
from imports.headerpaths import match_path
from imports.links import Links
from imports.mapping import EVERY_SHEET, MappingError
from imports.models import RememberedMapping, RememberedWord
from imports.recalling import recall
from imports.said import KINDS, Words, field_label, word_choices
from projects import permissions

PER_PAGE = 50


@require_GET
def remembered_list(request: HttpRequest) -> HttpResponse:
    """Words and columns that are read as somebody once decided."""
    page = Paginator(RememberedWord.objects.select_related("decided_by"), PER_PAGE).get_page(request.GET.get("page"))
    lists = word_choices(Words())
    tables = RememberedMapping.objects.select_related("decided_by")
    context = {
        "page": page,
        "words": [_shown_word(word, lists, request.user) for word in page.object_list],
        "tables": [
            {"table": table, "kind": KINDS.get(table.kind, ""), "may_change": table.may_be_changed_by(request.user)}
            for table in tables
        ],
    }
    return render(request, "imports/remembered_list.html", context)


def _shown_word(word: RememberedWord, lists: dict[str, list[tuple[str, str]]], user: User) -> dict[str, Any]:
    options = lists.get(word.kind, [])
    return {
        "word": word,
        "label": field_label(word.kind),
        "options": options,
        "means": dict(options).get(word.code, ""),
        "may_change": word.may_be_changed_by(user),
    }


@require_POST
def remembered_word(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a word mean something else, or forget it."""
    word = get_object_or_404(RememberedWord, pk=pk)
    _require_change(word, request.user)
    code = request.POST.get("code", "")
    if "remove" in request.POST:
        remembering.forget(word)
        messages.success(request, _("Forgotten: “%(word)s” is asked again in the next file.") % {"word": word.word})
    elif code in dict(word_choices(Words()).get(word.kind, [])):
        remembering.change_word(word=word, code=code, user=request.user)
        messages.success(request, _("Kept: it holds from the next file on."))
    else:
        messages.error(request, _("Choose what the word means."))
    return redirect("imports:remembered")


@require_http_methods(["GET", "POST"])
def remembered_table(request: HttpRequest, pk: int) -> HttpResponse:
    """What the columns of tables with the same headers hold, and changing it."""
    table = get_object_or_404(RememberedMapping.objects.select_related("decided_by"), pk=pk)
    error = ""
    if request.method == "POST":
        _require_change(table, request.user)
        try:
            return _change_table(request, table)
        except MappingError as failed:
            error = str(failed.message)
    context = {
        "table": table,
        "kind": KINDS.get(table.kind, ""),
        "columns": [_shown_column(table, letter, header, request.POST) for letter, header in table.headers],
        "unit": request.POST.get("unit", table.entry.get("unit", "")),
        "fields": field_groups(),
        "money_units": MONEY_UNITS,
        "leave_out": LEAVE_OUT,
        "may_change": table.may_be_changed_by(request.user),
        "error": error,
    }
    return render(request, "imports/remembered_table.html", context, status=422 if error else 200)


def _shown_column(table: RememberedMapping, letter: str, header: str, sent: QueryDict) -> dict[str, Any]:
    name = remembering.names_of(table.headers).get(letter, "")
    columns = table.entry.get("columns", {})
    says = columns.get(name)
    says = says if isinstance(says, dict) else {"field": says}
    unit = sent.get(f"unit-{letter}", says.get("unit", ""))
    chosen = sent.get(f"field-{letter}", (says["field"] or LEAVE_OUT) if name in columns else "")
    units = [*MONEY_UNITS, *AREA_UNITS]
    return {
        "letter": letter,
        "header": header,
        "field": chosen,
        "takes_unit": _takes_unit(chosen),
        "may_fill_down": _may_fill_down(header, chosen),
        "unit": unit,
        "units": [unit, *units] if unit and unit not in units else units,
        "month": says.get("month", ""),
        "fills_down": f"fill-{letter}" in sent if sent else name in table.entry.get("fill_down", []),
    }


def _takes_unit(name: str) -> bool:
    return name in ALL_FIELDS and ALL_FIELDS[name].kind in {"money", *AREAS}


def _may_fill_down(header: str, name: str) -> bool:
    """Never an amount, which would be added twice; without a field of its own what the header may mean counts."""
    match = None if name else match_path(tuple(header.split("/")))
    return not any(map(_takes_unit, [entry.field for entry in match.entries] if match else [name]))


def _change_table(request: HttpRequest, table: RememberedMapping) -> HttpResponse:
    """Where to go after what was sent. Raises MappingError."""
    entry = {} if "remove" in request.POST else _entry(request.POST, table)
    if "remove" in request.POST or not (entry or table.header_rows):
        remembering.forget(table)
        messages.success(request, _("Forgotten: the columns of the next such file are recognised by their headers."))
        return redirect("imports:remembered")
    remembering.change_table(table=table, entry=entry, user=request.user)
    messages.success(request, _("Kept: it holds from the next file on."))
    return redirect("imports:remembered_table", pk=table.pk)


def _entry(sent: QueryDict, table: RememberedMapping) -> dict[str, Any]:
    """What the page says, as a mapping describes a sheet."""
    before = table.entry.get("columns", {})
    names = remembering.names_of(table.headers)
    columns = {}
    for letter, name in names.items():
        if chosen := sent.get(f"field-{letter}", ""):
            says = before.get(name)
            month = says.get("month", "") if isinstance(says, dict) else ""
            columns[name] = column_says(chosen, sent.get(f"unit-{letter}", ""), month)
    headers = dict(table.headers)
    fills = [
        name
        for letter, name in names.items()
        if f"fill-{letter}" in sent and _may_fill_down(headers[letter], sent.get(f"field-{letter}", ""))
    ]
    unit = sent.get("unit", "")
    return {
        **({"columns": columns} if columns else {}),
        # That nothing is filled downwards was said as well, once it is written down.
        **({"fill_down": fills} if fills or "fill_down" in table.entry else {}),
        **({"unit": unit} if unit else {}),
        **({"kind": table.entry["kind"]} if table.entry.get("kind") else {}),
    }


@require_GET
def remembered_json(request: HttpRequest) -> HttpResponse:
    """All remembered words as a mapping file for `import_projects`; with `mapping` also the columns of one layout."""
    sheets = {}
    if number := request.GET.get("mapping"):
        if not number.isdecimal() or len(number) > 18:
            raise Http404
        sheets = {EVERY_SHEET: get_object_or_404(RememberedMapping, pk=int(number)).entry}
    words: dict[str, dict[str, str]] = {}
    for word in Links(remembered=recall().words).recalled.values():
        words.setdefault(word.kind, {})[word.word] = word.code
    answer = JsonResponse({"sheets": sheets, "words": words}, json_dumps_params={"ensure_ascii": False, "indent": 2})
    answer["Content-Disposition"] = f'attachment; filename="mapping{"-" + number if number else ""}.json"'
    return answer


def _require_change(remembered: RememberedWord | RememberedMapping, user: User) -> None:
    permissions.require_writer(user)
    if not remembered.may_be_changed_by(user):
        raise PermissionDenied
