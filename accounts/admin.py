"""Accounts and the log in the admin: to look at. Accounts are changed on their own page, which keeps its rules."""

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.models import AuditEvent, User
from jiangjin.lib.readonly import ReadOnlyAdmin, TrackedAdmin


@admin.register(User)
class UserAdmin(ReadOnlyAdmin, TrackedAdmin):
    list_display = ["username", "display_name", "role", "all_parks", "is_active", "last_login", "edit_link"]
    list_filter = ["role", "is_active", "all_parks"]
    search_fields = ["username", "display_name"]
    exclude = ["password"]

    @admin.display(description=_("change"))
    def edit_link(self, user: User) -> SafeString:
        return format_html('<a href="{}">{}</a>', reverse("accounts:user_edit", args=[user.pk]), _("page of accounts"))


@admin.register(AuditEvent)
class AuditEventAdmin(ReadOnlyAdmin, admin.ModelAdmin):
    list_display = ["number", "at", "username", "action", "subject", "address", "result"]
    list_filter = ["action", "result"]
    search_fields = ["username", "subject"]
