"""What a project is: its words, its place, who stands for it. Capital and progress are tables of their own."""

from django.core.validators import MinValueValidator
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from industries.models import Chain, Cluster
from jiangjin.lib.dates import PartialDayField
from jiangjin.lib.money import MoneyField
from jiangjin.lib.tracking import Tracked
from parks.models import Park
from projects.choices import SIGNED_STAGES, CapitalOrigin, Condition, LandMode, ParticipationRole, Stage
from projects.models.investors import Investor, validate_credit_code
from projects.querysets import OfficialQuerySet, ProjectQuerySet


class Official(models.Model):
    """A district leader who answers for projects (挂帅领导), with the post held then: posts change."""

    name = models.CharField(_("name"), max_length=50)
    # For finding; projects/names.py fills them.
    name_initials = models.CharField(max_length=200, blank=True, editable=False)
    name_pinyin = models.CharField(max_length=1000, blank=True, editable=False)
    post = models.CharField(_("post"), max_length=100, blank=True)
    history = Tracked()
    objects = OfficialQuerySet.as_manager()

    class Meta:
        verbose_name = _("official")
        verbose_name_plural = _("officials")
        ordering = ["name", "post"]
        constraints = [models.UniqueConstraint(fields=["name", "post"], name="official_once_a_post")]

    def __str__(self) -> str:
        return f"{self.name} · {self.post}" if self.post else self.name

    def get_absolute_url(self) -> str:
        return reverse("projects:official_detail", args=[self.pk])


class Project(models.Model):
    """A signed investment project (签约项目), or one on the way to its signing.

    `agreed_capital`, `arrived_capital` and `stage` follow from commitments, arrivals and milestones. They are kept here
    for lists and filters, follow `capital.recompute` and `stages.stage_of` alone, and are verified by `check_data`.
    """

    code = models.CharField(_("number"), max_length=40, unique=True)
    name = models.CharField(_("project"), max_length=200)
    short_name = models.CharField(_("short name"), max_length=100, blank=True)
    # For comparing (jiangjin.lib.text.name_key) and finding; projects/names.py fills them.
    name_key = models.CharField(max_length=200, db_index=True, editable=False)
    name_initials = models.CharField(max_length=200, blank=True, editable=False)
    name_pinyin = models.CharField(max_length=1000, blank=True, editable=False)
    approval_code = models.CharField(_("national approval code"), max_length=40, blank=True, db_index=True)
    content = models.TextField(_("content"), blank=True)

    # Park and cluster have no index of their own: project_by_park and project_by_cluster begin with them.
    park = models.ForeignKey(
        Park, models.PROTECT, null=True, blank=True, db_index=False, related_name="projects", verbose_name=_("park")
    )
    site = models.CharField(_("site"), max_length=200, blank=True)
    cluster = models.ForeignKey(
        Cluster,
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="projects",
        verbose_name=_("cluster"),
    )
    chain = models.ForeignKey(
        Chain, models.PROTECT, null=True, blank=True, related_name="projects", verbose_name=_("chain")
    )
    industry = models.CharField(_("industry"), max_length=100, blank=True)
    sector = models.CharField(_("sector"), max_length=50, blank=True)
    nature = models.CharField(_("nature"), max_length=50, blank=True)
    capital_origin = models.CharField(_("capital origin"), max_length=10, blank=True, choices=CapitalOrigin)

    project_company = models.CharField(_("project company"), max_length=200, blank=True)
    company_credit_code = models.CharField(
        _("credit code of the project company"), max_length=18, blank=True, validators=[validate_credit_code]
    )

    first_contact_on = PartialDayField(_("first contact"), null=True, blank=True)
    intent_on = PartialDayField(_("intent signed"), null=True, blank=True)
    signed_on = PartialDayField(_("signed"), null=True, blank=True)
    signed_event = models.CharField(_("signing event"), max_length=200, blank=True)
    source = models.CharField(_("source"), max_length=50, blank=True)

    agreed_capital = MoneyField(_("agreed capital"), null=True, blank=True, editable=False)
    arrived_capital = MoneyField(_("arrived capital"), null=True, blank=True, editable=False)
    planned_total = MoneyField(_("planned total investment"), null=True, blank=True)
    fixed_assets_planned = MoneyField(_("planned fixed assets"), null=True, blank=True)
    foreign_capital_agreed = MoneyField(_("agreed foreign capital"), null=True, blank=True)
    expected_output = MoneyField(_("expected yearly output"), null=True, blank=True)
    actual_output = MoneyField(_("actual yearly output"), null=True, blank=True)
    expected_tax = MoneyField(_("expected yearly tax"), null=True, blank=True)
    expected_jobs = models.PositiveIntegerField(_("expected jobs"), null=True, blank=True)
    land_area = models.DecimalField(
        _("land (mu)"), max_digits=14, decimal_places=6, null=True, blank=True, validators=[MinValueValidator(0)]
    )
    land_mode = models.CharField(_("how the land came"), max_length=10, blank=True, choices=LandMode)
    floor_area = models.DecimalField(
        _("floor area (m²)"), max_digits=14, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)]
    )
    build_period = models.CharField(_("construction period"), max_length=100, blank=True)

    stage = models.CharField(_("stage"), max_length=20, choices=Stage, default=Stage.SIGNED, editable=False)
    condition = models.CharField(_("condition"), max_length=12, choices=Condition, default=Condition.ACTIVE)
    condition_on = PartialDayField(_("condition since"), null=True, blank=True)
    condition_reason = models.TextField(_("reason"), blank=True)

    lead_official = models.ForeignKey(
        Official, models.PROTECT, null=True, blank=True, related_name="projects", verbose_name=_("lead official")
    )
    chain_leader = models.CharField(_("chain leader"), max_length=100, blank=True)
    lead_unit = models.CharField(_("lead unit"), max_length=100, blank=True)
    support_units = models.CharField(_("supporting units"), max_length=200, blank=True)
    case_officer = models.CharField(_("case officer"), max_length=100, blank=True)
    task_force = models.CharField(_("task force"), max_length=200, blank=True)
    contact_name = models.CharField(_("contact"), max_length=100, blank=True)
    contact_phone = models.CharField(_("contact phone"), max_length=50, blank=True)
    is_key_project = models.CharField(_("key project"), max_length=50, blank=True)
    tags = models.CharField(_("tags"), max_length=200, blank=True)  # projects/tags.py
    remarks = models.TextField(_("remarks"), blank=True)

    # Who saves second with an older version sees both versions and loses nothing.
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    voided_at = models.DateTimeField(null=True, blank=True, editable=False)
    void_reason = models.TextField(_("reason for voiding"), blank=True, editable=False)
    # Voided because it turned out to be this project; its number leads there.
    merged_into = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="merged",
        editable=False,
        db_index=False,  # few have one: a partial index below
        verbose_name=_("merged into"),
    )

    history = Tracked()
    objects = ProjectQuerySet.as_manager()

    class Meta:
        verbose_name = _("project")
        verbose_name_plural = _("projects")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(condition=~models.Q(name=""), name="project_has_a_name"),
            models.CheckConstraint(condition=~models.Q(code=""), name="project_has_a_number"),
            models.CheckConstraint(condition=models.Q(stage__in=Stage.values), name="project_stage_is_known"),
            models.CheckConstraint(
                condition=models.Q(condition__in=Condition.values), name="project_condition_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(agreed_capital=None) | models.Q(agreed_capital__gte=0),
                name="project_agreed_capital_not_negative",
            ),
            models.CheckConstraint(
                condition=models.Q(voided_at=None) | ~models.Q(void_reason=""), name="project_voided_with_a_reason"
            ),
            models.CheckConstraint(
                condition=models.Q(merged_into=None) | models.Q(voided_at__isnull=False),
                name="project_merged_is_voided",
            ),
        ]
        indexes = [
            models.Index(fields=["signed_on", "park"], name="project_by_signing"),
            # Which projects a figure counts, and by what it is cut most, without their long rows.
            models.Index(
                fields=["signed_on", "voided_at", "stage", "park", "cluster", "agreed_capital", "id"],
                name="project_in_figures",
            ),
            models.Index(fields=["updated_at"], name="project_by_change"),
            models.Index(fields=["park", "signed_on"], name="project_by_park"),
            models.Index(fields=["cluster", "signed_on"], name="project_by_cluster"),
            models.Index(fields=["stage", "signed_on"], name="project_by_stage"),
            # What the list is ordered by, of the rows that it can hold: a page far behind is found in the index alone.
            models.Index(
                fields=["agreed_capital", "code", "id"],
                condition=models.Q(voided_at=None),
                name="project_by_agreed_capital",
            ),
            models.Index(fields=["lead_unit"], name="project_by_lead_unit"),
            models.Index(fields=["source"], name="project_by_source"),
            models.Index(
                fields=["arrived_capital", "code", "id"],
                condition=models.Q(voided_at=None),
                name="project_by_arrived_capital",
            ),
            models.Index(
                fields=["merged_into"], condition=models.Q(merged_into__isnull=False), name="project_by_merging"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("projects:detail", args=[self.code])

    @property
    def is_voided(self) -> bool:
        return self.voided_at is not None

    @property
    def stage_number(self) -> int:
        """1 (signed) to 7 (full production); 0 before the signing."""
        stage = Stage(self.stage)
        return SIGNED_STAGES.index(stage) + 1 if stage in SIGNED_STAGES else 0

    @property
    def lead_investor(self) -> Investor | None:
        """The contract party; reads the prefetched participations."""
        for participation in self.participations.all():
            if participation.role == ParticipationRole.LEAD:
                return participation.investor
        return None


class Participation(models.Model):
    """A firm's part in a project: one leads, others join."""

    # No index of its own: that of investor_once_a_project begins with it.
    project = models.ForeignKey(
        Project, models.CASCADE, db_index=False, related_name="participations", verbose_name=_("project")
    )
    investor = models.ForeignKey(Investor, models.PROTECT, related_name="participations", verbose_name=_("investor"))
    role = models.CharField(_("role"), max_length=5, choices=ParticipationRole, default=ParticipationRole.LEAD)
    share = models.DecimalField(_("share (%)"), max_digits=6, decimal_places=3, null=True, blank=True)
    history = Tracked()

    class Meta:
        verbose_name = _("participation")
        verbose_name_plural = _("participations")
        ordering = ["-role", "id"]  # lead before joint
        constraints = [
            models.UniqueConstraint(fields=["project", "investor"], name="investor_once_a_project"),
            models.UniqueConstraint(
                fields=["project"], condition=models.Q(role="lead"), name="one_lead_investor_a_project"
            ),
            models.CheckConstraint(
                condition=models.Q(share=None) | models.Q(share__gt=0, share__lte=100), name="share_is_a_percentage"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.investor} ({self.get_role_display()})"


class ProjectCode(models.Model):
    """A number that a project was met under, and where. Two parks may both number from 001: not unique."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="codes", verbose_name=_("project"))
    code = models.CharField(_("number"), max_length=60, db_index=True)
    source = models.CharField(_("met in"), max_length=200, blank=True)
    history = Tracked()

    class Meta:
        verbose_name = _("former number")
        verbose_name_plural = _("former numbers")
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["project", "code"], name="code_once_a_project")]

    def __str__(self) -> str:
        return self.code
