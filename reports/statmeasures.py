"""What the statistics page can show of each cell: how it is counted, which list it opens, how it is compared."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from projects.choices import Condition, Stage
from projects.steps import LANDED, PERFORMING, stages_from
from reports.links import Params, Place
from reports.measures import Figures

# How a measure is compared with another period: by its difference, by growth, by both, in 百分点, or not at all.
CHANGE, GROWTH, BOTH, POINTS = "change", "growth", "both", "points"


@dataclass(frozen=True, slots=True)
class Measure:
    """`label` stands in the head, with its unit; `name` in choices. `value` is None where there is none to be had."""

    code: str
    name: str | Promise
    label: str | Promise
    kind: str
    value: Callable[[Figures], Any]
    opens: Callable[[Place], Params]
    compared: str = ""
    has_share: bool = False
    rule: str | Promise = ""


def _narrowed(place: Place, parameter: str, wanted: list[str]) -> Params:
    """The cohort of the cell, narrowed further; what the table is narrowed to already stays in force."""
    given = [value for name, value in place.base if name == parameter]
    values = [value for value in wanted if value in given] if given else wanted
    rest = replace(place, base=tuple(pair for pair in place.base if pair[0] != parameter))
    return rest.cohort(*((parameter, value) for value in values))


def reached(stage: Stage) -> Callable[[Place], Params]:
    """Those of the cohort that have come to the stage."""
    return lambda place: _narrowed(place, "stage", stages_from(stage))


def in_condition(condition: Condition) -> Callable[[Place], Params]:
    return lambda place: _narrowed(place, "condition", [condition.value])


def stepped(step: str) -> Callable[[Place], Params]:
    return lambda place: _narrowed(place, "step", [step])


def _unknown(place: Place) -> Params:
    return _narrowed(place, "size", ["none"])


def _rate(code: str, name: Any, value: str, opens: Callable[[Place], Params], rule: Any) -> Measure:
    return Measure(code, name, name, "rate", attrgetter(value), opens, POINTS, rule=rule)


def _with(column: str) -> Callable[[Place], Params]:
    """The cohort in a list that shows the column whose sum the measure is, so that its foot repeats the figure."""
    return lambda place: place.cohort_with(column)


def _of_cohort(
    code: str, name: Any, kind: str, value: str, opens: Callable[[Place], Params], rule: Any = "", label: Any = ""
) -> Measure:
    return Measure(code, name, label or name, kind, attrgetter(value), opens, GROWTH, rule=rule)


MEASURES = {
    one.code: one
    for one in (
        Measure(
            "projects",
            _("Projects"),
            _("Projects"),
            "count",
            attrgetter("projects"),
            Place.counted,
            CHANGE,
            has_share=True,
            rule=_("Projects count by the time of their signing; agreed is what was agreed within the period."),
        ),
        Measure(
            "agreed",
            _("Agreed"),
            _("Agreed (100 million)"),
            "yi",
            attrgetter("agreed"),
            Place.counted,
            BOTH,
            has_share=True,
        ),
        Measure(
            "arrived",
            _("Booked in the period"),
            _("Booked (100 million)"),
            "yi",
            attrgetter("arrived"),
            Place.booked,
            BOTH,
            rule=_("Booked: capital that arrived within the period, for the projects that count in it."),
        ),
        Measure(
            "arrived_to_date",
            _("Arrived to date"),
            _("Arrived (100 million)"),
            "yi",
            attrgetter("arrived_to_date"),
            Place.cohort,
            rule=_("Arrived: all capital up to the day, of the projects signed in the period, whenever it came."),
        ),
        _rate(
            "arrival_rate",
            _("Arrival rate"),
            "arrival_rate",
            Place.cohort,
            _("Arrival rate = arrived ÷ agreed of the same projects; those without a known amount are in neither."),
        ),
        _rate(
            "registration_rate",
            _("Registration rate"),
            "registration_rate",
            reached(Stage.REGISTERED),
            _("Registration rate = registered and beyond ÷ projects signed."),
        ),
        _rate(
            "landing_rate",
            _("Landing rate"),
            "landing_rate",
            stepped(LANDED),
            _("Landing rate = land won (with a lease: company registered) and beyond ÷ projects signed."),
        ),
        _rate(
            "performance_rate",
            _("Performance rate"),
            "performance_rate",
            stepped(PERFORMING),
            _("Performance rate = any real step after the signing, or capital arrived ÷ projects signed."),
        ),
        _rate(
            "start_rate",
            _("Start rate"),
            "start_rate",
            reached(Stage.CONSTRUCTION),
            _("Start rate = under construction and beyond ÷ projects signed."),
        ),
        _rate(
            "completion_rate",
            _("Completion rate"),
            "completion_rate",
            reached(Stage.COMPLETED),
            _("Completion rate = completed and beyond ÷ projects signed."),
        ),
        _rate(
            "production_rate",
            _("Production rate"),
            "production_rate",
            reached(Stage.PRODUCTION),
            _("Production rate = producing and beyond ÷ projects signed."),
        ),
        _rate(
            "full_rate",
            _("Full-production rate"),
            "full_rate",
            reached(Stage.FULL_PRODUCTION),
            _("Full-production rate = at full production ÷ projects signed."),
        ),
        _of_cohort(
            "output",
            _("Expected output"),
            "yi",
            "known_output",
            _with("expected_output"),
            label=_("Expected output (100 million)"),
        ),
        _of_cohort(
            "tax", _("Expected tax"), "wan", "known_tax", _with("expected_tax"), label=_("Expected tax (10,000)")
        ),
        _of_cohort("jobs", _("Expected jobs"), "count", "known_jobs", _with("expected_jobs")),
        _of_cohort("land", _("Land"), "decimal", "known_land_area", _with("land_area"), label=_("Land (mu)")),
        _of_cohort(
            "per_mu",
            _("Agreed per mu"),
            "decimal",
            "agreed_per_mu",
            _with("land_area"),
            _("Agreed per mu: of the projects whose land area is known."),
            _("Agreed per mu (10,000)"),
        ),
        _of_cohort(
            "average",
            _("Average size"),
            "yi",
            "average",
            Place.cohort,
            _("Average size: agreed ÷ projects whose amount is known."),
            _("Average size (100 million)"),
        ),
        Measure(
            "unknown",
            _("Amount unknown"),
            _("Amount unknown"),
            "count",
            attrgetter("unknown"),
            _unknown,
        ),
        Measure(
            "stalled",
            _("Stalled"),
            _("Stalled"),
            "count",
            attrgetter("stalled"),
            in_condition(Condition.STALLED),
        ),
        Measure(
            "terminated",
            _("Terminated"),
            _("Terminated"),
            "count",
            attrgetter("terminated"),
            in_condition(Condition.TERMINATED),
        ),
    )
}
USUAL = ("projects", "agreed", "arrived_to_date", "arrival_rate", "start_rate", "unknown")
