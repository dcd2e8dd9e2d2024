"""What people type about a project. Days and amounts are read as the import reads them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BoundField
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from industries.models import Chain, Cluster
from jiangjin.lib.cellerrors import CellError
from jiangjin.lib.creditcode import parse_credit_code
from jiangjin.lib.dates import PartialDayFormField
from jiangjin.lib.money import MoneyFormField
from jiangjin.lib.storedtext import StoredText, typed_phone
from jiangjin.lib.text import clean_text
from parks.models import Park
from projects.choices import NoteKind, ProjectSource
from projects.codes import is_usable
from projects.models import Note, Project
from projects.permissions import may_write_in, writes_everywhere
from projects.tags import joined, tags_of

# The cards of the form, in their order. Investors, capital and milestones stand after the first.
SECTIONS: list[tuple[str | Promise, list[str]]] = [
    (
        _("what and where"),
        [
            "name",
            "code",
            "short_name",
            "signed_on",
            "first_contact_on",
            "intent_on",
            "park",
            "site",
            "cluster",
            "chain",
            "content",
        ],
    ),
    (
        _("who looks after it"),
        [
            "lead_official_name",
            "lead_official_post",
            "lead_unit",
            "support_units",
            "case_officer",
            "contact_name",
            "contact_phone",
            "source",
            "signed_event",
            "tags",
        ],
    ),
    (
        _("company and size"),
        [
            "project_company",
            "company_credit_code",
            "industry",
            "nature",
            "planned_total",
            "fixed_assets_planned",
            "expected_output",
            "actual_output",
            "expected_tax",
            "expected_jobs",
            "land_area",
            "land_mode",
            "floor_area",
        ],
    ),
    (_("condition and remarks"), ["condition", "condition_on", "condition_reason", "remarks"]),
]


WIDE = {"name", "content", "condition_reason", "remarks"}


class ProjectForm(StoredText, forms.ModelForm):
    """What a project is. Investors, commitments and milestones are forms of their own on the same page."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    lead_official_name = forms.CharField(label=_("lead official"), max_length=50, required=False)
    lead_official_post = forms.CharField(label=_("post"), max_length=100, required=False)
    source = forms.CharField(
        label=_("source"), max_length=50, required=False, widget=forms.TextInput(attrs={"list": "sources"})
    )
    signed_on = PartialDayFormField(label=_("signed"), required=False, help_text=_("2020-06-30, 2020年6月 or 2020"))
    first_contact_on = PartialDayFormField(label=_("first contact"), required=False)
    intent_on = PartialDayFormField(label=_("intent signed"), required=False)
    company_credit_code = forms.CharField(
        label=_("credit code of the project company"), max_length=60, required=False, help_text=_("18 characters")
    )
    expected_output = MoneyFormField(label=_("expected yearly output"), required=False, unit="亿元")
    actual_output = MoneyFormField(label=_("actual yearly output"), required=False, unit="亿元")
    expected_tax = MoneyFormField(label=_("expected yearly tax"), required=False, unit="万元")
    planned_total = MoneyFormField(label=_("planned total investment"), required=False, unit="亿元")
    fixed_assets_planned = MoneyFormField(label=_("planned fixed assets"), required=False, unit="亿元")

    class Meta:
        model = Project
        fields = [
            "name",
            "code",
            "short_name",
            "content",
            "park",
            "site",
            "cluster",
            "chain",
            "industry",
            "nature",
            "first_contact_on",
            "intent_on",
            "signed_on",
            "signed_event",
            "source",
            "project_company",
            "company_credit_code",
            "planned_total",
            "fixed_assets_planned",
            "expected_output",
            "actual_output",
            "expected_tax",
            "expected_jobs",
            "land_area",
            "land_mode",
            "floor_area",
            "condition",
            "condition_on",
            "condition_reason",
            "lead_unit",
            "support_units",
            "case_officer",
            "contact_name",
            "contact_phone",
            "tags",
            "remarks",
        ]
        widgets = {
            "content": forms.Textarea(attrs={"rows": 3}),
            "condition_reason": forms.Textarea(attrs={"rows": 2}),
            "remarks": forms.Textarea(attrs={"rows": 3}),
            "expected_jobs": forms.TextInput(attrs={"inputmode": "numeric", "data-unit": _("people")}),
            "land_area": forms.TextInput(attrs={"inputmode": "decimal"}),
            "floor_area": forms.TextInput(attrs={"inputmode": "decimal"}),
        }
        labels = {"name": _("project name")}
        help_texts = {"tags": _("words of your own, with 、 between them: 重点、市级")}
        error_messages = {
            "code": {"unique": _("This number is taken. Write another one, or leave it empty for a number of ours.")}
        }

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.sources = ProjectSource.values
        self.fields["code"].required = False
        if self.instance.pk is None:
            self.fields["code"].help_text = _("leave empty for a number of ours")
        self.fields["park"].queryset = self._parks()
        self.fields["park"].required = not writes_everywhere(user)
        self.fields["park"].empty_label = self.fields["cluster"].empty_label = _("not filled in")
        self.fields["cluster"].queryset = Cluster.objects.all()
        self.fields["chain"].queryset = Chain.objects.select_related("cluster")
        self.fields["chain"].empty_label = _("not filled in")
        self.initial["version"] = self.instance.version
        if self.instance.pk is None and not writes_everywhere(user) and len(user.writable_park_ids) == 1:
            self.initial.setdefault("park", next(iter(user.writable_park_ids)))
        if self.instance.lead_official:
            self.initial["lead_official_name"] = self.instance.lead_official.name
            self.initial["lead_official_post"] = self.instance.lead_official.post

    def _parks(self) -> Any:
        """The parks that the account may write: nobody moves a project where it could not be edited again."""
        parks = Park.objects.all()
        return parks if writes_everywhere(self.user) else parks.filter(pk__in=self.user.writable_park_ids)

    def clean_name(self) -> str:
        name = clean_text(self.cleaned_data["name"])
        if not name:
            raise ValidationError(_("The project has no name. Write the name that stands in the agreement."))
        return name

    def clean_code(self) -> str:
        # A project keeps its number: emptying the field does not take it away.
        code = self.cleaned_data["code"].strip() or self.instance.code
        if code and not is_usable(code):
            raise ValidationError(
                _("A number has 3 to 40 letters, digits, dots, dashes or underscores, for example JJ2020-001.")
            )
        return code

    def clean_company_credit_code(self) -> str:
        try:
            return parse_credit_code(self.cleaned_data["company_credit_code"]).value or ""
        except CellError as error:
            raise ValidationError(error.message, code=error.code) from error

    def clean_contact_phone(self) -> str:
        return typed_phone(self, "contact_phone")

    def clean_tags(self) -> str:
        return joined(tags_of(self.cleaned_data["tags"]))

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        park = data.get("park")
        if "park" in data and not may_write_in(self.user, park.pk if park else None):
            self.add_error("park", _("You may not write projects of this park."))
        if data.get("condition") and data["condition"] != "active" and not data.get("condition_reason"):
            self.add_error("condition_reason", _("Say why the project is stalled or terminated."))
        chain, cluster = data.get("chain"), data.get("cluster")
        if chain and cluster and chain.cluster_id != cluster.pk:
            self.add_error("chain", _("This chain belongs to the cluster %(cluster)s.") % {"cluster": chain.cluster})
        return data

    def sections(self) -> Iterator[tuple[str | Promise, list[tuple[BoundField, bool]]]]:
        """The cards of the page: a title, and its fields with whether each takes a whole line."""
        for title, names in SECTIONS:
            yield title, [(self[name], name in WIDE) for name in names]


class VoidForm(forms.Form):
    """Why a project is voided."""

    reason = forms.CharField(label=_("reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


class RestoreForm(forms.Form):
    """Which earlier value of which field, on the project as the page showed it."""

    field = forms.CharField(max_length=50)
    source = forms.IntegerField(min_value=1, max_value=2**62)
    version = forms.IntegerField(min_value=1, max_value=2**31)


class NoteForm(StoredText, forms.ModelForm):
    """A sentence about a project."""

    class Meta:
        model = Note
        fields = ["kind", "text"]
        widgets = {"text": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # A follow-up names an official and a day: it has a form of its own.
        self.fields["kind"].choices = [one for one in NoteKind.choices if one[0] != NoteKind.FOLLOW_UP]
