"""Login, one's own password and language, and the administrator's page of accounts."""

from typing import cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.contrib.auth.views import LoginView, LogoutView
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.demo import is_demo_register
from accounts.forms import NewUserForm, ResetPasswordForm, UserForm
from accounts.models import Role, User
from accounts.people import save_account, set_password
from accounts.permissions import require_administrator

# In the session: when the account had logged in before (ISO), so that its page can say what changed since.
PREVIOUS_VISIT = "previous_visit"


class SignIn(LoginView):
    """Name and password; five failures lock name and address for a quarter of an hour (django-axes)."""

    template_name = "accounts/login.html"
    redirect_authenticated_user = True

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        before = form.get_user().last_login
        response = super().form_valid(form)
        if before is not None:
            self.request.session[PREVIOUS_VISIT] = before.isoformat()
        return response

    def get_default_redirect_url(self) -> str:
        """Who writes begins at the own desk, who reads at the figures."""
        user = self.request.user
        writes = user.is_authenticated and user.role in (Role.RECORDER, Role.MANAGER)
        return resolve_url("reports:my_page" if writes else settings.LOGIN_REDIRECT_URL)


class SignOut(LogoutView):
    """POST only: ends the session on the server."""

    http_method_names = ["post", "options"]


@require_http_methods(["GET", "POST"])
def password_change(request: HttpRequest) -> HttpResponse:
    """One's own password; every other session of the account ends with it."""
    form = PasswordChangeForm(request.user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        set_password(user=request.user, password=form.cleaned_data["new_password1"])
        update_session_auth_hash(request, request.user)
        messages.success(
            request, _("Your password is changed. You stay logged in here; other places must log in again.")
        )
        return redirect(settings.LOGIN_REDIRECT_URL)
    return render(request, "accounts/password_form.html", {"form": form}, status=422 if form.is_bound else 200)


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """The account's own language; the browser's is never asked."""
    wanted = request.POST.get("language", "")
    if wanted in dict(settings.LANGUAGES):
        user = cast(User, request.user)
        user.language = wanted
        user.save(update_fields=["language"])
    back = request.POST.get("next") or request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure()):
        return redirect(settings.LOGIN_REDIRECT_URL)
    return redirect(back)


@require_GET
def user_list(request: HttpRequest) -> HttpResponse:
    """All accounts, with what they may write."""
    require_administrator(request.user)
    users = User.objects.prefetch_related("parks").order_by("-is_active", "role", "username")
    return render(request, "accounts/user_list.html", {"users": users, "demo_register": is_demo_register()})


@require_http_methods(["GET", "POST"])
def user_create(request: HttpRequest) -> HttpResponse:
    """A new account."""
    require_administrator(request.user)
    return _account_form(request, NewUserForm(request.POST or None), new=True)


@require_http_methods(["GET", "POST"])
def user_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Role, parks, active or not."""
    require_administrator(request.user)
    user = get_object_or_404(User, pk=pk)
    return _account_form(request, UserForm(request.POST or None, instance=user), new=False)


@require_http_methods(["GET", "POST"])
def user_password(request: HttpRequest, pk: int) -> HttpResponse:
    """A new password for an account; its sessions end."""
    require_administrator(request.user)
    user = get_object_or_404(User, pk=pk)
    form = ResetPasswordForm(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        set_password(user=user, password=form.cleaned_data["password"])
        messages.success(request, _("%(name)s has a new password. Hand it over in person.") % {"name": user})
        return redirect("accounts:user_list")
    status = 422 if form.is_bound else 200
    return render(request, "accounts/user_password.html", {"form": form, "account": user}, status=status)


def _account_form(request: HttpRequest, form: UserForm, *, new: bool) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            user = save_account(
                user=form.instance,
                role=data["role"],
                parks=data["parks"],
                all_parks=data["all_parks"],
                password=data.get("password"),
            )
        except ValidationError as error:
            # What is not about one field is about the password.
            form.add_error(None if hasattr(error, "error_dict") else "password", error)
        except PermissionError:
            form.add_error(None, _("This is the last administrator who can log in. Make another one first."))
        else:
            messages.success(request, _("Saved: %(name)s.") % {"name": user})
            return redirect("accounts:user_list")
    status = 422 if form.is_bound else 200
    # The refused form has written into the instance; the page's head keeps the stored name.
    context = {"form": form, "account": None if new else User.objects.get(pk=form.instance.pk)}
    return render(request, "accounts/user_form.html", context, status=status)
