"""What is typed about accounts."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import password_validators_help_text_html, validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import Role, User


class UserForm(forms.ModelForm):
    """An account, its role and the parks that it may write."""

    class Meta:
        model = User
        fields = ["username", "display_name", "role", "all_parks", "parks", "may_export", "email", "is_active"]
        widgets = {"parks": forms.CheckboxSelectMultiple}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["display_name"].label = _("person's name")
        self.fields["email"].required = False
        self.fields["is_active"].label = _("may log in")
        self.fields["is_active"].help_text = _("take the tick out instead of deleting: what it wrote keeps its name")

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        writes = data.get("role") in {Role.RECORDER, Role.MANAGER}
        if writes and not data.get("all_parks") and not data.get("parks"):
            self.add_error("parks", _("Choose the parks that it may write, or the whole district."))
        return data


class NewUserForm(UserForm):
    """A new account with its first password."""

    password = forms.CharField(
        label=_("first password"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=password_validators_help_text_html,
        strip=False,
    )

    field_order = ["username", "display_name", "password"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["is_active"]  # it may log in; a box that is not sent would say that it may not

    def _post_clean(self) -> None:
        """Here the account carries what was typed, so that the password can be compared with it."""
        super()._post_clean()
        if password := self.cleaned_data.get("password"):
            try:
                validate_password(password, self.instance)
            except ValidationError as error:
                self.add_error("password", error)


class ResetPasswordForm(forms.Form):
    """A new password for somebody else's account."""

    password = forms.CharField(
        label=_("new password"), widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}), strip=False
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_password(self) -> str:
        validate_password(self.cleaned_data["password"], self.user)
        return self.cleaned_data["password"]
