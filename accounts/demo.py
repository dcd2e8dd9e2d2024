"""Demo accounts: one a role, all with one generated password; and what follows from being a demo."""

import datetime

from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.utils import timezone

from accounts.models import Role, User
from accounts.people import save_account
from parks.models import Park

# The demo ledgers end here; pages of a demo show this day until the visitor picks another (design, section 7).
DEMO_DAY = datetime.date(2020, 12, 31)
CACHE_KEY = "is_demo_register"

DEMO = [
    # name, shown name, role, parks (None: the whole district)
    ("recorder", "何某（演示）", Role.RECORDER, ["shuangfu"]),
    ("manager", "王某（演示）", Role.MANAGER, None),
    ("leader", "周某（演示）", Role.LEADER, []),
    ("auditor", "孙某（演示）", Role.AUDITOR, []),
    ("admin", "管理员（演示）", Role.ADMIN, None),
]


def is_demo_register() -> bool:
    """Whether the demo is in: asked by every page, so remembered for half a minute."""
    return cache.get_or_set(CACHE_KEY, lambda: User.objects.filter(is_demo=True).exists(), 30)


def as_of_day() -> datetime.date:
    """The day that pages show by default: the TODAY setting, the demo's last day, or today."""
    if settings.TODAY:
        return settings.TODAY
    return DEMO_DAY if is_demo_register() else timezone.localdate()


@transaction.atomic
def make_demo_accounts(password: str) -> list[User]:
    """Create the demo accounts that are missing and give all of them this password; returns all five."""
    accounts = []
    for username, shown, role, parks in DEMO:
        user = User.objects.filter(username=username).first()
        if user is None:
            user = User(username=username, display_name=shown)
            save_account(
                user=user,
                role=role,
                parks=Park.objects.filter(code__in=parks or []),
                all_parks=parks is None,
                password=password,
                is_demo=True,
            )
        elif user.is_demo and not user.check_password(password):
            user.set_password(password)
            user.save(update_fields=["password"])
        accounts.append(user)
    cache.delete(CACHE_KEY)
    return accounts


@transaction.atomic
def remove_demo_accounts(*, user: User | None = None) -> int:
    """Delete the demo accounts; what they wrote keeps its history. Returns how many; `user` asked for it."""
    # Whoever goes along cannot stand in the history of its own going.
    author = None if user is None or user.is_demo else user
    demo = list(User.objects.filter(is_demo=True))
    for account in demo:
        account._history_user = author
        account.delete()
    cache.delete(CACHE_KEY)
    return len(demo)
