"""Exports of the admin, which take as much out as those of the pages: written down like them."""

from typing import Any

from django.http import HttpRequest

from accounts.auditing import record_export
from jiangjin.lib.resources import TableFiles


class LoggedFiles(TableFiles):
    """`TableFiles` of what belongs to projects and firms; parks and clusters are no secret."""

    def get_export_data(self, file_format: Any, request: HttpRequest, queryset: Any, **kwargs: Any) -> Any:
        data = super().get_export_data(file_format, request, queryset, **kwargs)
        names = queryset.model._meta.verbose_name_plural
        record_export(request, form=file_format.get_extension(), subject=names, rows=queryset.count())
        return data
