"""How figures, days and links look on a page. `{% load display %}`; docs/frontend.md lists what is here.

Amounts come in as Decimal in 万元. Unknown (None) becomes an empty string here, so that the template says which of the
three kinds of nothing it is: `|unknown` (未填, can be filled in), `|dash` (does not apply), or 0 (known to be none).
"""

from decimal import Decimal
from typing import Any

from django import template
from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, FileInput, RadioSelect, Select
from django.http import QueryDict
from django.template import Context
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from jiangjin.lib import written
from jiangjin.lib.written import DASH, day, is_nothing, percent1, points, rounded, signed, wan, yi, yi_exact

register = template.Library()
for write in (yi, yi_exact, wan, day, signed, percent1, points):
    register.filter(write)


@register.filter
def unknown(value: object) -> object:
    """The value, or the amber word 未填 where nobody has filled it in."""
    return format_html('<span class="unknown">{}</span>', gettext("not filled in")) if is_nothing(value) else value


@register.filter
def dash(value: object) -> object:
    """The value, or — where there is none to be had."""
    return format_html('<span class="zero">{}</span>', DASH) if is_nothing(value) else value


@register.filter
def count(value: int | None) -> str:
    """A number without decimals, thousands commas; 0 in the third ink. None → "—"."""
    if is_nothing(value):
        return str(dash(None))
    if value == 0:
        return format_html('<span class="zero">{}</span>', "0")
    return written.count(value)


@register.filter
def share_of(value: object, greatest: object) -> str:
    """The width of a bar, 0 to 100, of `value` where `greatest` is the widest. Anything above none shows at least 1."""
    if is_nothing(value) or not greatest or Decimal(value) <= 0:
        return "0"
    return str(max(Decimal(1), min(Decimal(100), rounded(Decimal(value) * 100 / Decimal(greatest), 2))))


@register.filter
def minutes(delta: Any) -> int:
    """A timedelta in whole minutes, rounded up, at least one."""
    return max(1, -int(-delta.total_seconds() // 60))


@register.filter
def hang(text: str) -> SafeString:
    """A name in a cell; an opening quote at its start hangs half an em, so that it aligns with its neighbours."""
    return format_html('<span class="{}">{}</span>', "hang" if str(text)[:1] in "“‘「《（" else "", text)


@register.filter
def control(field: BoundField, extra: str = "") -> SafeString:
    """A form field's widget with Tabler's class for its kind, its own classes kept."""
    widget = field.field.widget
    if isinstance(widget, RadioSelect | CheckboxSelectMultiple):
        base = ""
    elif isinstance(widget, CheckboxInput):
        base = "form-check-input"
    elif isinstance(widget, Select):
        base = "form-select"
    else:
        base = "form-control"
    classes = " ".join(filter(None, (base, widget.attrs.get("class", ""), extra)))
    return field.as_widget(attrs={"class": classes} if classes else None)


@register.filter
def unit(field: BoundField) -> str:
    """The unit that stands beside the input: what the form's widget says as `attrs={"data-unit": …}`."""
    return field.field.widget.attrs.get("data-unit", "")


@register.filter
def layout_of(field: BoundField) -> str:
    """Which of the markups of django/forms/field.html a field takes: check, choices, file or line."""
    widget = field.field.widget
    if isinstance(widget, RadioSelect | CheckboxSelectMultiple):
        return "choices"
    if isinstance(widget, CheckboxInput):
        return "check"
    return "file" if isinstance(widget, FileInput) else "line"


@register.simple_tag(takes_context=True)
def query(context: Context, **changes: object) -> str:
    """The current page's query string with changes: `{% query year=2020 %}`; None removes; a list repeats.

    `page` is dropped unless it is what changes: another filter begins at the first page.
    """
    return _as_link(_changed(context, changes))


@register.simple_tag(takes_context=True)
def query_drop(context: Context, name: str, value: object = None) -> str:
    """The current query string without one value of a repeated parameter, or without all of them where None."""
    kept = [v for v in context["request"].GET.getlist(name) if value is not None and v != str(value)]
    return _as_link(_changed(context, {name: kept or None}))


@register.simple_tag(takes_context=True)
def keep_query(context: Context, *without: str) -> SafeString:
    """Hidden inputs that carry the current parameters through a GET form, but for those named, and the page."""
    pairs = [
        (name, value)
        for name, values in context["request"].GET.lists()
        if name not in {"page", *without}
        for value in values
    ]
    return format_html_join("", '<input type="hidden" name="{}" value="{}">', pairs)


def _changed(context: Context, changes: dict[str, object]) -> QueryDict:
    params = context["request"].GET.copy()
    for name, value in {"page": None, **changes}.items():
        if value is None:
            params.pop(name, None)
        else:
            params.setlist(name, [str(v) for v in (value if isinstance(value, list | tuple) else [value])])
    return params


def _as_link(params: QueryDict) -> str:
    # "?" alone, not "": an empty href keeps the query that it should take away.
    return "?" + params.urlencode()
