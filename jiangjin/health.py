"""/healthz: whether the register can answer, for whoever watches over it."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe


@login_not_required
@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """200 with version and database, or 503 where the database does not answer; tells nothing else."""
    database, status = "ok", 200
    try:
        # A table of ours, because SQLite answers "SELECT 1" from an empty file as well.
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM django_migrations LIMIT 1")
            cursor.fetchone()
    except DatabaseError:
        database, status = "unavailable", 503
        connection.close()
    return JsonResponse(
        {"status": "ok" if status == 200 else "error", "version": settings.VERSION, "database": database}, status=status
    )
