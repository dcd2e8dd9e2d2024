"""The words of the projects: stages, conditions, kinds. Identifiers are the glossary's."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Stage(models.TextChoices):
    """How far a project has come. Members stand in their order; the first three are before signing."""

    LEAD = "lead", _("lead")
    NEGOTIATION = "negotiation", _("negotiation")
    INTENT = "intent", _("intent")
    SIGNED = "signed", _("signed")
    REGISTERED = "registered", _("registered")
    LAND = "land", _("land obtained")
    CONSTRUCTION = "construction", _("under construction")
    COMPLETED = "completed", _("completed")
    PRODUCTION = "production", _("in production")
    FULL_PRODUCTION = "full_production", _("at full production")

    @property
    def rank(self) -> int:
        """0 for a lead, 9 for full production."""
        return RANKS[self]


RANKS = {stage: rank for rank, stage in enumerate(Stage)}

# The seven blocks of a project's way; what lies before the signing has none.
SIGNED_STAGES = list(Stage)[Stage.SIGNED.rank :]


PIPELINE_STAGES = (Stage.LEAD, Stage.NEGOTIATION, Stage.INTENT)


class Condition(models.TextChoices):
    ACTIVE = "active", _("active")
    STALLED = "stalled", _("stalled")
    TERMINATED = "terminated", _("terminated")


class MilestoneKind(models.TextChoices):
    """Steps on the way, in their usual order. The signing is a column of Project; six of them make a stage."""

    REGISTERED = "registered", _("company registered")
    LAND = "land", _("land obtained")
    PERMIT = "permit", _("construction permit")
    STARTED = "started", _("construction started")
    STRUCTURE = "main_structure", _("main structure")
    EQUIPMENT = "equipment", _("equipment installed")
    TRIAL = "trial_production", _("trial production")
    COMPLETED = "completed", _("construction completed")
    PRODUCTION = "production", _("in production")
    FULL_PRODUCTION = "full_production", _("at full production")
    OTHER = "other", _("other milestone")  # with a name of its own, such as an exhibition centre

    @property
    def stage(self) -> Stage | None:
        """The stage that a project is in once it has reached this milestone; None for steps inside a stage."""
        return STAGE_OF_MILESTONE.get(self)


STAGE_OF_MILESTONE = {
    MilestoneKind.REGISTERED: Stage.REGISTERED,
    MilestoneKind.LAND: Stage.LAND,
    MilestoneKind.STARTED: Stage.CONSTRUCTION,
    MilestoneKind.COMPLETED: Stage.COMPLETED,
    MilestoneKind.PRODUCTION: Stage.PRODUCTION,
    MilestoneKind.FULL_PRODUCTION: Stage.FULL_PRODUCTION,
}
MILESTONE_OF_STAGE = {stage: kind for kind, stage in STAGE_OF_MILESTONE.items()}
# Those that make a stage: the project's own form, the ledgers and the milestone line know these.
MAIN_MILESTONES = tuple(STAGE_OF_MILESTONE)


class LandMode(models.TextChoices):
    """How the land came."""

    GRANTED = "granted", _("land granted")
    LEASED = "leased", _("land leased")
    OWN = "own", _("land of its own")


class Currency(models.TextChoices):
    """What an amount was agreed or paid in, where that was not yuan."""

    USD = "USD", _("US dollars")
    EUR = "EUR", _("euros")
    HKD = "HKD", _("Hong Kong dollars")
    JPY = "JPY", _("yen")
    GBP = "GBP", _("pounds sterling")
    SGD = "SGD", _("Singapore dollars")
    TWD = "TWD", _("Taiwan dollars")
    KRW = "KRW", _("won")


class CommitmentKind(models.TextChoices):
    INITIAL = "initial", _("initial agreement")
    INCREASE = "increase", _("increase")
    REDUCTION = "reduction", _("reduction")


class CapitalOrigin(models.TextChoices):
    DOMESTIC = "domestic", _("domestic capital")
    FOREIGN = "foreign", _("foreign capital")


class SnapshotMeasure(models.TextChoices):
    """What a ledger's cumulative column measured."""

    ARRIVED_TOTAL = "arrived_total", _("arrived in all")
    ARRIVED_YEAR = "arrived_year", _("arrived this year")
    ARRIVED_MONTH = "arrived_month", _("arrived this month")
    ARRIVED_FOREIGN = "arrived_foreign", _("foreign capital arrived")
    ARRIVED_OUTSIDE_CITY = "arrived_outside_city", _("arrived from outside the city")
    INVESTMENT_DONE = "investment_done", _("investment done")


class ParticipationRole(models.TextChoices):
    LEAD = "lead", _("lead investor")
    JOINT = "joint", _("joint investor")


class InvestorType(models.TextChoices):
    CENTRAL_SOE = "central_soe", _("central state-owned")
    STATE = "state", _("state-owned")
    PRIVATE = "private", _("private")
    FOREIGN = "foreign", _("foreign")
    HMT = "hmt", _("Hong Kong, Macao, Taiwan")
    OTHER = "other", _("other")


class HonourKind(models.TextChoices):
    """Ranks and honours of a firm. Ranks come from yearly lists; honours are awarded."""

    GLOBAL_500 = "global_500", _("Global 500")
    CHINA_500 = "china_500", _("China 500")
    PRIVATE_500 = "private_500", _("China private 500")
    LISTED = "listed", _("listed company")
    CENTRAL_SOE = "central_soe", _("central enterprise")
    SPECIALISED_NEW = "specialised_new", _("specialised and new")
    LITTLE_GIANT = "little_giant", _("little giant")
    SINGLE_CHAMPION = "single_champion", _("single-product champion")
    HIDDEN_CHAMPION = "hidden_champion", _("hidden champion")


class NoteKind(models.TextChoices):
    NOTE = "note", _("note")
    PROGRESS = "progress_note", _("progress")
    PROBLEM = "problems", _("problem")
    NEXT_STEP = "next_step", _("next step")
    FOLLOW_UP = "follow_up", _("follow-up of an official")


class TaskForceRole(models.TextChoices):
    HEAD = "head", _("head")
    DEPUTY = "deputy", _("deputy head")
    MEMBER = "member", _("member")


class ProjectSource(models.TextChoices):
    """Not a closed list: `Project.source` keeps the ledger's own word; these are offered while typing."""

    VISIT = "外出招商", _("outbound visit")
    CHAIN = "以商招商", _("through investors")
    AGENT = "中介招商", _("through agents")
