"""Exports of the admin, which take as much out as those of the pages: written down like them."""

from typing import Any

from django.http import HttpRequest

from accounts.auditing import address_of, record_event
from accounts.models import Action
from jiangjin.lib.resources import TableFiles


class LoggedFiles(TableFiles):
    """`TableFiles` of what belongs to projects and firms; parks and clusters are no secret."""

    def get_export_data(self, file_format: Any, request: HttpRequest, queryset: Any, **kwargs: Any) -> Any:
        data = super().get_export_data(file_format, request, queryset, **kwargs)
        record_event(
            user=request.user,
            action=Action.EXPORT,
            subject=str(queryset.model._meta.verbose_name_plural)[:100],
            address=address_of(request),
            form=file_format.get_extension(),
            rows=queryset.count(),
            query=request.GET.urlencode()[:2000],
            path=request.path,
        )
        return data
