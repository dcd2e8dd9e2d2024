"""Who looks at the admin."""

import pytest
from django.test import Client

import jiangjin.urls  # noqa: F401  its pages load the admin modules
from tests.builders import make_user


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(make_user("boss", role="admin"))
    return client
