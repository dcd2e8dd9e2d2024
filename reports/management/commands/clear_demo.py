"""Takes the demo out again: `manage.py clear_demo`."""

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from reports.clearing import clear_demo


class Command(BaseCommand):
    help = "Takes demo projects, demo imports and demo accounts out of the register, for good."

    def handle(self, *args: object, **options: object) -> None:
        cleared = clear_demo(user=None)
        self.stdout.write(
            _(
                "The demo is out: %(projects)d projects, %(investors)d investors, %(officials)d officials, "
                "%(imports)d imports, %(accounts)d accounts."
            )
            % cleared
        )
        if cleared["kept"]:
            self.stdout.write(
                _("These stay, for real work was done on them: %(codes)s.") % {"codes": "、".join(cleared["kept"])}
            )
        self.stdout.write(_("An administrator of your own is made by: manage.py create_admin"))
