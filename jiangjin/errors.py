"""The page for trouble in the server itself. Needs no database, so that it can say that there is none."""

import errno
import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

DISK_TROUBLE = {errno.ENOSPC, errno.EROFS, errno.EDQUOT, errno.EIO}


def is_storage_trouble(error: BaseException | None) -> bool:
    """Whether a database or a disk is out of reach, full or read-only: nothing that the user did, and it may pass."""
    if isinstance(error, OSError):
        return error.errno in DISK_TROUBLE
    return isinstance(error, OperationalError | InterfaceError)


def server_error(request: HttpRequest) -> HttpResponse:
    """handler500: 503 and "try again" for storage trouble, else 500. Django has logged the traceback by now."""
    # Without the request no context processor runs: they would ask the database who is logged in.
    if is_storage_trouble(sys.exc_info()[1]):
        return HttpResponse(render_to_string("503.html"), status=503, headers={"Retry-After": "10"})
    return HttpResponse(render_to_string("500.html"), status=500)
