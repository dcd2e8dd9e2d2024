"""What must hold of parks; `manage.py check_data` asks."""

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jiangjin.integrity import invariant
from parks.models import Park


@invariant(gettext_lazy("parks lie at most one level deep"))
def parks_lie_one_level_deep() -> Iterable[str]:
    for park in Park.objects.filter(parent__parent__isnull=False).select_related("parent"):
        yield _("%(park)s lies in %(parent)s, which lies in another park") % {"park": park, "parent": park.parent}
