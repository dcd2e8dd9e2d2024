"""A visitor who only looks, in a register with the product's own parks and clusters."""

import pytest
from django.test import Client

from tests.builders import make_user


@pytest.fixture
def leader(vocabulary: None, client: Client) -> Client:
    """Logged in as somebody who sees everything and writes nothing."""
    client.force_login(make_user("leader", role="leader"))
    return client
