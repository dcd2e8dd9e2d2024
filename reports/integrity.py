"""What must hold in reports and the database cannot state."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from industries.models import Cluster
from jiangjin.integrity import invariant
from parks.models import Park
from reports.models import Target, TargetActual


@invariant(_("every target and typed-in figure is of a park or a cluster that is there"))
def targets_have_their_places() -> Iterator[str]:
    """A target names its park by code: one whose code changed would count for nobody."""
    codes = {"park": set(Park.objects.values_list("code", flat=True))}
    codes["cluster"] = set(Cluster.objects.values_list("code", flat=True))
    for model in (Target, TargetActual):
        for row in model.objects.filter(scope__in=codes):
            if row.key not in codes[row.scope]:
                yield str(row)
