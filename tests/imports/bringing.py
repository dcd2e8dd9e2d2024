"""The import pages used as a browser would: bring a file, confirm what its preview showed."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django_tasks import TaskResultStatus
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult

from accounts.models import User
from imports.models import ImportBatch


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def bring(client: Client, path: Path, name: str = "") -> Any:
    """Send a file to the upload page."""
    return client.post("/imports/", {"file": SimpleUploadedFile(name or path.name, path.read_bytes())})


def last_batch() -> ImportBatch:
    return ImportBatch.objects.order_by("pk").last()


def preview_of(client: Client, batch: ImportBatch, show: str = "") -> Any:
    return client.get(f"/imports/{batch.pk}/", {"show": show} if show else {})


def digest_of(response: Any) -> str:
    """What the preview's form sends when it is confirmed."""
    return re.search(r'name="digest" value="([0-9a-f]{64})"', response.content.decode()).group(1)


def confirm(client: Client, batch: ImportBatch, digest: str, **more: str) -> Any:
    return client.post(f"/imports/{batch.pk}/confirm/", {"digest": digest, **more}, follow=True)


def work() -> None:
    """What the worker process does with each job, until nothing is left to do."""
    worker = Worker(
        queue_names=["default"],
        interval=0,
        batch=True,
        backend_name="default",
        startup_delay=False,
        max_tasks=None,
        worker_id="test",
        excluded_queue_names=[],
    )
    while job := DBTaskResult.objects.ready().first():
        job.claim("test")
        worker.run_task(job)
        assert job.status == TaskResultStatus.SUCCESSFUL, job.traceback
