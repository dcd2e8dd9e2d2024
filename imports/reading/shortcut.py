"""The fast lane for big parts: text that is plainly written is read by one regular expression, the rest by expat.

Nine cells in ten look exactly like `<c r="B7" s="3"><v>12</v></c>`. Whole rows of such cells are taken out of the
stream that goes to expat; anything else in a row (an entity, an unknown tag or attribute) sends that row to expat.
Comments and CDATA could hide rows, so the lane closes for good where the first `<!` or `<?` stands.
"""

import re
from collections.abc import Callable, Iterable, Iterator

LONGEST_HEAD = 4 * 1024 * 1024
LONGEST_BLOCK = 8 * 1024 * 1024
CONTROLS = bytes(set(range(32)) - {9, 10, 13})  # expat refuses them, and so says that the file is damaged
DECLARED = re.compile(rb"""<\?xml[^>]*\sencoding\s*=\s*["']([^"']*)["']""")


def outside(
    chunks: Iterable[bytes],
    opener: re.Pattern[bytes],
    closer: bytes,
    is_open: Callable[[], bool],
    take: Callable[[str], Iterator[str]],
) -> Iterator[bytes]:
    """What expat must still see of a part.

    Behind the opening tag, whole pieces up to a closing tag are offered to `take`, which yields back what it cannot
    read itself. `is_open` says whether expat has seen the opening tag too, and not its end.
    """
    stream = iter(chunks)
    buffer = b""
    for chunk in stream:
        buffer += chunk
        if found := opener.search(buffer):
            break
        if len(buffer) > LONGEST_HEAD:
            break
    else:
        yield buffer
        return
    head = buffer[: found.end()] if found else buffer
    yield head
    buffer = buffer[len(head) :]
    if is_open() and _is_utf8(head):
        for chunk in stream:
            start = max(0, len(buffer) - len(closer))
            buffer += chunk
            end = buffer.rfind(closer, start) + len(closer)
            if end < len(closer):
                if len(buffer) > LONGEST_BLOCK:
                    break
                continue
            block, buffer = buffer[:end], buffer[end:]
            text = _plain(block)
            if text is None:
                yield block
                break
            for rest in take(text):
                yield rest.encode()
        else:
            yield from _last(buffer, closer, take)
            return
    yield buffer
    yield from stream


def _last(buffer: bytes, closer: bytes, take: Callable[[str], Iterator[str]]) -> Iterator[bytes]:
    """What is left when the part has ended (all of a small one)."""
    end = buffer.rfind(closer) + len(closer)
    text = _plain(buffer[:end]) if end >= len(closer) else None
    if text is None:
        yield buffer
        return
    for rest in take(text):
        yield rest.encode()
    yield buffer[end:]


def _is_utf8(head: bytes) -> bool:
    declared = DECLARED.search(head[:200])
    return b"\0" not in head[:200] and (declared is None or declared[1].lower() in (b"utf-8", b"utf8"))


def _plain(block: bytes) -> str | None:
    """The block as text, or None where its tags cannot be taken at their word."""
    # One byte is found at once, two of which the first stands everywhere are not.
    if (b"!" in block and b"<!" in block) or (b"?" in block and b"<?" in block):
        return None
    if len(block.translate(None, CONTROLS)) != len(block):
        return None
    try:
        return block.decode("utf-8")
    except UnicodeDecodeError:
        return None
