"""A question aside: on another connection where that can see the same, and never in a transaction."""

import re
import threading

import pytest
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.utils import translation

from jiangjin.lib.aside import Aside
from projects.models import Project
from tests.builders import make_project, make_user


def thread_and_count() -> tuple[int, int]:
    return threading.get_ident(), Project.objects.count()


@pytest.mark.django_db(transaction=True)
def test_it_is_asked_in_another_thread_and_sees_what_was_committed(vocabulary: None) -> None:
    make_project()
    thread, count = Aside(thread_and_count).answer()
    assert count == 1
    assert thread != threading.get_ident()


@pytest.mark.django_db(transaction=True)
def test_within_a_transaction_it_sees_what_this_one_wrote(vocabulary: None) -> None:
    with transaction.atomic():
        aside = Aside(thread_and_count)
        make_project()
        assert aside.answer() == (threading.get_ident(), 1)


@pytest.mark.django_db(transaction=True)
def test_it_speaks_the_language_of_whoever_asks() -> None:
    for language in ("en", "zh-hans"):
        with translation.override(language):
            assert Aside(translation.get_language).answer() == language


@pytest.mark.django_db(transaction=True)
def test_its_error_comes_with_the_answer_and_the_next_question_is_answered() -> None:
    def wrong() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM nowhere")

    aside = Aside(wrong)
    with pytest.raises(Exception, match="nowhere"):
        aside.answer()
    assert Aside(thread_and_count).answer()[1] == 0


def without_token(page: HttpResponse) -> str:
    return re.sub(r'(csrfmiddlewaretoken" value=|X-CSRFToken": )"\w+"', "", page.content.decode())


@pytest.mark.django_db(transaction=True)
def test_the_home_page_is_the_same_asked_aside_and_in_a_transaction(vocabulary: None, client: Client) -> None:
    make_project(agreed="12", signed="2020-03-01", reached={"started": "2020-06-01"}, arrivals={"2020-04": "5"})
    make_project(agreed="2", signed="2019-03-01", planned={"started": "2019-09-01"}, arrivals={"2020-04": "7"})
    client.force_login(make_user("leader", "leader"))
    for address in ("/?year=2020", "/?year=2019", "/?year=2020&as_of=2020-05-31"):
        aside = client.get(address)
        with transaction.atomic():
            assert without_token(client.get(address)) == without_token(aside)
        assert aside.context["total"].now.projects == 1
