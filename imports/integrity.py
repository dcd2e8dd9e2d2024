"""What must hold of imports; `manage.py check_data` asks."""

from collections.abc import Iterable

from django.db.models import Count, F
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from imports.models import ImportBatch
from jiangjin.integrity import invariant


@invariant(gettext_lazy("a written import keeps what each of its rows did"))
def written_batches_keep_their_rows() -> Iterable[str]:
    batches = ImportBatch.objects.filter(state__in=["committed", "undone"]).annotate(
        kept=Count("rows"), said=F("created") + F("updated") + F("unchanged") + F("refused")
    )
    for batch in batches.exclude(kept=F("said")):
        yield _("import #%(number)s: %(kept)s rows kept, %(said)s counted") % {
            "number": batch.pk,
            "kept": batch.kept,
            "said": batch.said,
        }
