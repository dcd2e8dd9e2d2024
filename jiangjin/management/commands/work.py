"""The background worker: `manage.py serve` starts it beside the web server.

It ends after each job and is started anew, so that the memory of a large file goes back to the machine.
"""

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from imports.jobs import interrupt_unfinished

KEPT_DAYS = 7  # what finished jobs leave in the database
INTERVAL_SECONDS = 0.5


class Command(BaseCommand):
    help = "Does the long work of imports, one job; run by `manage.py serve`, one at a time."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        interrupt_unfinished()
        broken = DBTaskResult.objects.filter(status=TaskResultStatus.RUNNING)
        broken.update(status=TaskResultStatus.FAILED, finished_at=timezone.now())
        call_command("prune_db_task_results", min_age_days=KEPT_DAYS, verbosity=0)
        once = {"interval": INTERVAL_SECONDS, "max_tasks": 1}
        call_command("db_worker", "--no-reload", "--no-startup-delay", verbosity=0, **once)
