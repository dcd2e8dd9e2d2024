"""Industrial parks and platforms (园区、平台) where projects settle."""

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from jiangjin.lib.tracking import Tracked


class ParkKind(models.TextChoices):
    BONDED_ZONE = "bonded_zone", _("bonded zone")
    INDUSTRIAL_PARK = "industrial_park", _("industrial park")
    BIG_DATA_PARK = "big_data_park", _("big-data park")
    DEMONSTRATION_PARK = "demonstration_park", _("demonstration park")
    NONE = "none", _("outside the parks")


class ParkQuerySet(models.QuerySet["Park"]):
    def with_children(self) -> "ParkQuerySet":
        """These parks and the ones inside them; a park lies at most one level deep."""
        return Park.objects.filter(models.Q(pk__in=self.values("pk")) | models.Q(parent__in=self.values("pk")))

    def roots(self) -> "ParkQuerySet":
        """Parks that lie in no other: figures are summed by them, so that nothing counts twice."""
        return self.filter(parent=None)


class Park(models.Model):
    """A park. `no-park` (园区外) is an entry of its own: known to lie outside all parks."""

    NO_PARK = "no-park"

    code = models.SlugField(_("code"), unique=True)
    name = models.CharField(_("name"), max_length=50, unique=True)
    short_name = models.CharField(_("short name"), max_length=20)
    kind = models.CharField(_("kind"), max_length=20, choices=ParkKind)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("lies in")
    )
    positioning = models.CharField(_("positioning"), max_length=200, blank=True)
    aliases = models.JSONField(_("aliases"), default=list, blank=True, help_text=_("other spellings in ledgers"))
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    history = Tracked()

    objects = ParkQuerySet.as_manager()

    class Meta:
        verbose_name = _("park")
        verbose_name_plural = _("parks")
        ordering = ["position", "code"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(parent=None) | ~models.Q(parent=models.F("id")), name="park_is_not_its_own_parent"
            )
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """A park inside a park has no children of its own: figures are summed over two levels."""
        if self.parent and (self.parent.parent_id or (self.pk and self.children.exists())):
            raise ValidationError({"parent": _("Parks lie at most one level deep.")})

    def spellings(self) -> list[str]:
        """Every text that means this park in a ledger."""
        return [self.code, self.name, self.short_name, *self.aliases]
