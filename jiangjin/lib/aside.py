"""Questions to the database beside others, in a thread and on a connection of their own.

A page of many long questions waits for the longer half of them alone. Not within a transaction, of which another
connection sees nothing: there, as in most tests, they are asked where their answers are wanted.
"""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from typing import Any

from django.conf import settings
from django.db import close_old_connections, connection
from django.utils.translation import get_language, override

Question = Callable[[], Any]


class Asked:
    """Questions by their names, asked from the first on.

    Whoever wants the answers helps from the last one on, so that two are done at about the same time however long each
    question takes; or is alone with all of them, where every thread has other pages to do.
    """

    def __init__(self, questions: Mapping[str, Question]) -> None:
        self._asked: dict[str, tuple[Question, Future]] = {
            name: (question, Future()) for name, question in questions.items()
        }

    def answers(self) -> dict[str, Any]:
        """Wait for all of them. The error of a question is raised here."""
        found = {}
        for name, (question, answer) in reversed(self._asked.items()):
            found[name] = question() if answer.cancel() else answer.result()
        return found

    def ask_in_turn(self, language: str | None) -> None:
        """In a thread. Connections are kept as long as those of requests, and looked after as at their beginning."""
        close_old_connections()
        try:
            with override(language), _by_one_process():
                for question, answer in self._asked.values():
                    if answer.set_running_or_notify_cancel():
                        _give(answer, question)
        finally:
            close_old_connections()


@contextmanager
def aside(questions: Mapping[str, Question]) -> Iterator[Asked]:
    """Have questions answered, which only read, in the language of whoever asks, while the block asks others."""
    asked = Asked(questions)
    if connection.in_atomic_block:
        yield asked
        return
    _threads().submit(asked.ask_in_turn, get_language())
    with _by_one_process():
        yield asked


@contextmanager
def _by_one_process() -> Iterator[None]:
    """Each question without helpers of the database: two are asked at once, and a machine of two cores has no third."""
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SET max_parallel_workers_per_gather = 0")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET max_parallel_workers_per_gather")


def _give(answer: Future, question: Question) -> None:
    try:
        answer.set_result(question())
    except BaseException as error:  # it is raised where the answer is wanted
        answer.set_exception(error)


@cache
def _threads() -> ThreadPoolExecutor:
    """As many as serve requests: each asks one question at a time. Made late, for a server forks its processes."""
    return ThreadPoolExecutor(settings.WEB_THREADS, "aside")
