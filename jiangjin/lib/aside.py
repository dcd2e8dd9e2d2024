"""A question to the database beside others, in a thread and on a connection of its own.

A page of many long questions waits for the longer half of them alone. Not within a transaction, of which another
connection sees nothing: there, as in most tests, it is asked where its answer is wanted.
"""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from typing import Generic, TypeVar

from django.conf import settings
from django.db import close_old_connections, connection
from django.utils.translation import get_language, override

Answer = TypeVar("Answer")


class Aside(Generic[Answer]):
    """`ask` only reads. It speaks the language of whoever asks; its errors come with `answer`."""

    def __init__(self, ask: Callable[[], Answer]) -> None:
        self._ask = ask
        self._future: Future[Answer] | None = None
        if not connection.in_atomic_block:
            self._future = _threads().submit(_on_its_own_connection, ask, get_language())

    def answer(self) -> Answer:
        """Wait for it."""
        return self._ask() if self._future is None else self._future.result()


@cache
def _threads() -> ThreadPoolExecutor:
    """As many as serve requests: each asks one question at a time. Made late, for a server forks its processes."""
    return ThreadPoolExecutor(settings.WEB_THREADS, "aside")


def _on_its_own_connection(ask: Callable[[], Answer], language: str | None) -> Answer:
    """Connections are kept as long as those of requests, and looked after as at their beginning and end."""
    close_old_connections()
    try:
        with override(language):
            return ask()
    finally:
        close_old_connections()
