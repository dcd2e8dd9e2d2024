"""/healthz and the page for storage trouble."""

import errno
import json

import pytest
from django.db import OperationalError, connection
from django.test import Client, RequestFactory

from jiangjin import errors

pytestmark = pytest.mark.django_db


def test_says_version_and_database_without_login(client: Client, settings) -> None:
    response = client.get("/healthz")
    assert response.status_code == 200
    assert response.json() == {"status": "ok", "version": settings.VERSION, "database": "ok"}
    assert "no-store" in response["Cache-Control"]


def test_is_not_sent_on_to_https(client: Client, settings) -> None:
    settings.SECURE_SSL_REDIRECT = True
    assert client.get("/healthz").status_code == 200


def test_is_read_only(client: Client) -> None:
    assert client.post("/healthz").status_code == 405


def test_503_without_database(client: Client) -> None:
    def gone(*args: object) -> None:
        raise OperationalError("connection refused")

    with connection.execute_wrapper(gone):
        response = client.get("/healthz")
    assert response.status_code == 503
    assert json.loads(response.content)["database"] == "unavailable"
    assert "refused" not in response.content.decode()


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (OperationalError("database or disk is full"), 503),
        (OperationalError("attempt to write a readonly database"), 503),
        (OSError(errno.ENOSPC, "No space left on device"), 503),
        (OSError(errno.ENOENT, "No such file"), 500),
        (ValueError("a fault of ours"), 500),
    ],
)
def test_storage_trouble_has_a_page_of_its_own(error: Exception, status: int, django_assert_num_queries) -> None:
    """Rendered while the exception is being handled, as Django calls handler500; no query, no detail."""
    with django_assert_num_queries(0):
        try:
            raise error
        except Exception:
            response = errors.server_error(RequestFactory().get("/"))
    assert response.status_code == status
    assert str(error) not in response.content.decode()
    assert response.has_header("Retry-After") == (status == 503)


def test_a_page_without_database_answers_503(client: Client) -> None:
    """Through the whole stack, whatever asks the database first."""

    def gone(*args: object) -> None:
        raise OperationalError("connection refused")

    client.raise_request_exception = False
    client.cookies["sessionid"] = "a" * 32
    with connection.execute_wrapper(gone):
        response = client.get("/")
    assert response.status_code == 503
    assert response["Retry-After"]
