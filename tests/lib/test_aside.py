"""A question aside: on another connection where that can see the same, and never in a transaction."""

import re
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.utils import translation

from jiangjin.lib.aside import aside
from projects.models import Project
from tests.builders import make_project, make_user

WAIT = 20  # seconds that no test needs


def thread_and_count() -> tuple[int, int]:
    return threading.get_ident(), Project.objects.count()


def asked_alone(question: Callable[[], Any]) -> Any:
    """The answer of another thread: the block ends only once the question has begun."""
    begun = threading.Event()

    def asked() -> Any:
        begun.set()
        return question()

    with aside({"it": asked}) as questions:
        assert begun.wait(WAIT)
        return questions.answers()["it"]


@pytest.mark.django_db(transaction=True)
def test_it_is_asked_in_another_thread_and_sees_what_was_committed(vocabulary: None) -> None:
    make_project()
    thread, count = asked_alone(thread_and_count)
    assert count == 1
    assert thread != threading.get_ident()


@pytest.mark.django_db(transaction=True)
def test_within_a_transaction_it_sees_what_this_one_wrote(vocabulary: None) -> None:
    with transaction.atomic(), aside({"it": thread_and_count}) as questions:
        make_project()
        assert questions.answers() == {"it": (threading.get_ident(), 1)}


@pytest.mark.django_db(transaction=True)
def test_whoever_wants_the_answers_asks_what_has_not_begun() -> None:
    """The first one is held up in its thread until the last one is answered: by whoever waits."""
    begun, done = threading.Event(), threading.Event()

    def first() -> int:
        begun.set()
        assert done.wait(WAIT)
        return threading.get_ident()

    def last() -> int:
        done.set()
        return threading.get_ident()

    with aside({"first": first, "last": last}) as questions:
        assert begun.wait(WAIT)
        found = questions.answers()
    assert found["first"] != threading.get_ident()
    assert found["last"] == threading.get_ident()


@pytest.mark.django_db(transaction=True)
def test_it_speaks_the_language_of_whoever_asks() -> None:
    for language in ("en", "zh-hans"):
        with translation.override(language):
            assert asked_alone(translation.get_language) == language


@pytest.mark.django_db(transaction=True)
def test_its_error_comes_with_the_answer_and_the_next_question_is_answered() -> None:
    def wrong() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM nowhere")

    with pytest.raises(Exception, match="nowhere"):
        asked_alone(wrong)
    assert asked_alone(thread_and_count)[1] == 0


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no helpers.")
def test_meanwhile_postgresql_has_no_helpers_and_afterwards_as_many_as_before() -> None:
    def helpers() -> str:
        with connection.cursor() as cursor:
            cursor.execute("SHOW max_parallel_workers_per_gather")
            return cursor.fetchone()[0]

    before = helpers()
    assert before != "0"
    with aside({}):
        assert helpers() == "0"
    assert asked_alone(helpers) == "0"
    with pytest.raises(ZeroDivisionError), aside({}):
        1 / 0  # noqa: B018
    assert helpers() == before


def without_token(page: HttpResponse) -> str:
    return re.sub(r'(csrfmiddlewaretoken" value=|X-CSRFToken": )"\w+"', "", page.content.decode())


@pytest.mark.django_db(transaction=True)
def test_the_home_page_is_the_same_asked_aside_and_in_a_transaction(vocabulary: None, client: Client) -> None:
    make_project(agreed="12", signed="2020-03-01", reached={"started": "2020-06-01"}, arrivals={"2020-04": "5"})
    make_project(agreed="2", signed="2019-03-01", planned={"started": "2019-09-01"}, arrivals={"2020-04": "7"})
    client.force_login(make_user("leader", "leader"))
    for address in ("/?year=2020", "/?year=2019", "/?year=2020&as_of=2020-05-31"):
        at_once = client.get(address)
        with transaction.atomic():
            assert without_token(client.get(address)) == without_token(at_once)
        assert at_once.context["total"].now.projects == 1
