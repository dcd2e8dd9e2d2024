"""Who may open a batch, and who may decide about it."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from imports.models import ImportBatch
from projects import permissions


def get_batch(request: HttpRequest, pk: int) -> ImportBatch:
    """A batch that this account may see; 404 for any other."""
    return get_object_or_404(ImportBatch.objects.visible_to(request.user).select_related("user"), pk=pk)


def get_own(request: HttpRequest, pk: int) -> ImportBatch:
    """A batch that this account brought: nobody else decides about it, for its rows are written in that name."""
    batch = get_batch(request, pk)
    permissions.require_writer(request.user)
    if batch.user_id != request.user.pk:
        raise PermissionDenied
    return batch
