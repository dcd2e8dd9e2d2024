"""The arrivals that an account sees are those of the projects that it sees and that figures count."""

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser

from projects.models import CapitalArrival, Project
from tests.builders import make_project, make_user

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("own_parks", [False, True])
def test_nobody_sees_arrivals_of_other_projects(vocabulary: None, settings: Any, own_parks: bool) -> None:
    settings.RECORDERS_SEE_OWN_PARKS = own_parks
    for park in ("shuangfu", "degan", None):
        make_project(park=park, arrivals={"2020-03": "5", "2020": "6"})
        make_project(park=park, voided="重复登记", arrivals={"2020-03": "7"})
    gone = make_user("gone", "admin")
    gone.is_active = False
    users = [
        make_user("own", parks=["shuangfu"]),
        make_user("none"),
        make_user("manager", "manager", parks=["degan"]),
        make_user("leader", "leader"),
        gone,
        AnonymousUser(),
    ]
    seen = []
    for user in users:
        projects = Project.objects.visible_to(user).counted()
        expected = set(CapitalArrival.objects.filter(project__in=projects).values_list("pk", flat=True))
        assert set(CapitalArrival.objects.visible_to(user).values_list("pk", flat=True)) == expected
        seen.append(len(expected))
    assert seen == ([2, 0, 6, 6, 0, 0] if own_parks else [6, 6, 6, 6, 0, 0])
