"""What must hold in the log; `manage.py check_data` asks."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy

from accounts.auditing import breaks
from jiangjin.integrity import invariant

SAID = {
    "changed": gettext_lazy("event %(number)d of the log was changed after it was written"),
    "former": gettext_lazy("before event %(number)d of the log something was taken out, put in or changed"),
}


@invariant(gettext_lazy("the log is one unbroken chain"))
def the_log_is_one_chain() -> Iterator[str]:
    for number, what in breaks():
        yield str(SAID[what]) % {"number": number}
