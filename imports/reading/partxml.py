"""XML parts, streamed through expat. No document type, so no entity and nothing from outside can come in."""

from collections.abc import Callable, Iterable
from xml.parsers import expat

from imports.reading.errors import ReadError

TEXT_LIMIT = 4 * 1024 * 1024
Attributes = dict[str, str]


def local(name: str) -> str:
    """The name without its namespace."""
    return name.rpartition(" ")[2]


class LocalNames(dict[str, str]):
    """Full name → local name, worked out once for each of the few names of a part."""

    def __missing__(self, name: str) -> str:
        self[name] = short = local(name)
        return short


class Text:
    """The characters met since `clear()`. They are bounded: a bomb may be one endless text."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.clear = self.pieces.clear
        self.add = self.pieces.append

    def take(self) -> str:
        text = "".join(self.pieces)
        self.clear()
        return text

    def check(self) -> None:
        if sum(map(len, self.pieces)) > TEXT_LIMIT:
            raise ReadError("bomb", detail="endless text")


def parse(
    chunks: Iterable[bytes],
    start: Callable[[str, list[str]], None],
    end: Callable[[str], None] | None = None,
    text: Text | None = None,
) -> None:
    """Run a part through the handlers. Names come as "namespace local", attributes as a flat list."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.ordered_attributes = True
    parser.buffer_text = True
    parser.StartElementHandler = start
    if end is not None:
        parser.EndElementHandler = end
    if text is not None:
        parser.CharacterDataHandler = text.add
    parser.StartDoctypeDeclHandler = _refuse_document_type
    parser.EntityDeclHandler = _refuse_document_type
    try:
        for chunk in chunks:
            parser.Parse(chunk, False)
            if text is not None:
                text.check()
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise ReadError("damaged", detail=f"xml: {error}") from None


def _refuse_document_type(*_: object) -> None:
    raise ReadError("xml_entities")


def elements(chunks: Iterable[bytes]) -> list[tuple[str, Attributes]]:
    """All start tags of a small part in order, by local names, without extensions: those reuse names (workbookPr)."""
    found: list[tuple[str, Attributes]] = []
    extensions = 0

    def start(name: str, flat: list[str]) -> None:
        nonlocal extensions
        if len(found) > 500_000:
            raise ReadError("bomb", detail="too many elements")
        short = local(name)
        if short == "extLst":
            extensions += 1
        if not extensions:
            found.append((short, attributes(flat)))

    def end(name: str) -> None:
        nonlocal extensions
        if local(name) == "extLst":
            extensions -= 1

    parse(chunks, start, end)
    return found


def attributes(flat: list[str]) -> Attributes:
    """A flat attribute list as a dict by local names."""
    return {local(flat[i]): flat[i + 1] for i in range(0, len(flat), 2)}


def is_true(value: str | None) -> bool:
    return value in ("1", "true", "on")


def integer(value: str | None, default: int = 0) -> int:
    """A whole number of an attribute, or the default."""
    if value is not None and value.isascii() and value.isdigit() and len(value) < 10:
        return int(value)
    return default
