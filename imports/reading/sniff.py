"""What a file is, by its content alone. The name's ending is only compared with it afterwards."""

from __future__ import annotations

from imports.reading.archive import Archive
from imports.reading.errors import ReadError
from imports.reading.limits import Limits
from imports.reading.ole import Container
from imports.reading.partxml import elements
from imports.reading.xlsx import main_part

TYPE_CHECKING = False  # the child does without `typing`
if TYPE_CHECKING:
    from typing import BinaryIO

HEAD = 4096
ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# Beginnings of what people send by mistake, and the word for it in the sentence.
FOREIGN = [
    (b"%PDF", "pdf"), (b"\x89PNG", "picture"), (b"\xff\xd8\xff", "picture"), (b"GIF8", "picture"), (b"BM", "picture"),
    (b"II*\0", "picture"), (b"MM\0*", "picture"), (b"Rar!", "archive"), (b"7z\xbc\xaf", "archive"),
    (b"\x1f\x8b", "archive"), (b"BZh", "archive"), (b"\xfd7zXZ", "archive"), (b"{\\rtf", "document"),
    (b"SQLite format", "other"), (b"\x7fELF", "program"), (b"MZ", "program"),
]  # fmt: skip
OLD_BIFF = (b"\x09\x00\x04\x00", b"\x09\x02\x06\x00", b"\x09\x04\x06\x00", b"\x09\x08\x08\x00", b"\x09\x08\x10\x00")
MAIN_TYPES = {
    "spreadsheetml.sheet.main+xml": "xlsx",
    "spreadsheetml.template.main+xml": "xlsx",
    "ms-excel.sheet.macroenabled.main+xml": "xlsm",
    "ms-excel.template.macroenabled.main+xml": "xlsm",
    "ms-excel.sheet.binary.macroenabled.main": "xlsb",
}
ENDINGS = {
    "xlsx": {"xlsx"}, "xltx": {"xlsx"}, "xlsm": {"xlsx"}, "xltm": {"xlsx"}, "xlsb": {"xlsb"}, "xls": {"xls"},
    "xlt": {"xls"}, "et": {"xls", "xlsx"}, "ett": {"xls", "xlsx"}, "ods": {"ods"}, "ots": {"ods"}, "csv": {"text"},
    "tsv": {"text"}, "tab": {"text"}, "txt": {"text"}, "html": {"html"}, "htm": {"html"},
}  # fmt: skip
MACRO_ENDINGS = {"xlsm", "xltm", "xlsb", "xls", "xlt", "et", "ett", ""}


def sniff(file: BinaryIO, limits: Limits) -> tuple[str, Archive | Container | None, bool]:
    """The kind (xlsx, xlsb, xls, ods, html, text), its opened container, and whether it carries macros."""
    file.seek(0)
    head = file.read(HEAD)
    file.seek(0)
    if not head:
        raise ReadError("empty_file")
    if head.startswith((ZIP, b"PK\x05\x06")):
        return _zip_kind(Archive(file, limits))
    if head.startswith(OLE):
        container = Container(file.read())
        return _ole_kind(container)
    for beginning, kind in FOREIGN:
        if head.startswith(beginning) and (len(beginning) > 2 or not _is_texty(head)):
            raise ReadError("not_a_spreadsheet", kind=kind)
    if head.startswith(b"RIFF") or head[4:8] == b"ftyp":
        raise ReadError("not_a_spreadsheet", kind="picture" if head[8:12] == b"WEBP" else "other")
    if head.startswith(OLD_BIFF):
        raise ReadError("old_excel")
    return _text_kind(head), None, False


def _zip_kind(archive: Archive) -> tuple[str, Archive, bool]:
    if archive.has("mimetype") and not archive.has("[Content_Types].xml"):
        kind = archive.read("mimetype", 4096).decode("ascii", "replace").strip()
        if not kind.startswith("application/vnd.oasis.opendocument.spreadsheet"):
            raise ReadError("not_a_spreadsheet", kind="document")
        if archive.has("META-INF/manifest.xml") and b"encryption-data" in archive.read("META-INF/manifest.xml"):
            raise ReadError("encrypted")
        return "ods", archive, any(name.startswith("basic/") for name in archive.names())
    if not archive.has("[Content_Types].xml"):
        raise ReadError("not_a_spreadsheet", kind="archive")
    macros = any(name.endswith("vbaproject.bin") for name in archive.names())
    kind = MAIN_TYPES.get(_main_type(archive), "")
    if kind == "xlsm":
        return "xlsx", archive, True
    if kind:
        return kind, archive, macros
    if archive.has("xl/workbook.xml") or archive.has("xl/workbook.bin"):
        return ("xlsx" if archive.has("xl/workbook.xml") else "xlsb"), archive, macros
    known = any(archive.has(part) for part in ("word/document.xml", "ppt/presentation.xml", "visio/document.xml"))
    raise ReadError("not_a_spreadsheet", kind="document" if known else "archive")


def _main_type(archive: Archive) -> str:
    """The content type of the workbook part, without its vendor's prefix."""
    part = main_part(archive).lower()
    fallback = ""
    for tag, values in elements(archive.chunks("[Content_Types].xml")):
        kind = values.get("ContentType", "").lower()
        kind = kind.removeprefix("application/vnd.openxmlformats-officedocument.").removeprefix("application/vnd.")
        if tag == "Override" and values.get("PartName", "").lstrip("/").lower() == part:
            return kind
        if tag == "Default" and part.endswith("." + values.get("Extension", "").lower()):
            fallback = kind
    return fallback


def _ole_kind(container: Container) -> tuple[str, Container, bool]:
    names = container.names()
    if {"encryptedpackage", "encryptioninfo"} & names:
        raise ReadError("encrypted")
    if {"workbook", "book"} & names:
        return "xls", container, "_vba_project_cur" in names or "_vba_project" in names
    document = {"worddocument", "powerpoint document", "visiodocument"} & names
    raise ReadError("not_a_spreadsheet", kind="document" if document else "other")


def _is_texty(head: bytes) -> bool:
    return not any(byte < 9 for byte in head[:512])


def _text_kind(head: bytes) -> str:
    """Web pages and Excel's XML of 2003 hide under .xls; everything else is a table in plain text, or nothing."""
    bare = head.removeprefix(b"\xef\xbb\xbf")
    if bare.startswith((b"\xff\xfe", b"\xfe\xff")):
        wide = "utf-16"
        bare = head[: len(head) & ~1].decode(wide, "ignore").encode("utf-8", "ignore")
    bare = bare.lstrip().lower()
    if bare.startswith(b"mime-version:") or (b"multipart/related" in bare and b"content-type" in bare):
        raise ReadError("web_archive")
    if bare.startswith(b"<") and (b"<workbook" in bare or b'progid="excel.sheet"' in bare):
        raise ReadError("spreadsheet_xml")
    if bare.startswith(b"<") and b"office:document" in bare:
        raise ReadError("flat_ods")
    if bare.startswith(b"<") and any(
        tag in bare for tag in (b"<html", b"<table", b"<!doctype html", b"<meta", b"<body")
    ):
        return "html"
    if bare.startswith((b"<?xml", b"<!--", b"<svg")):
        raise ReadError("not_a_spreadsheet", kind="other")
    return "text"


def name_notes(filename: str, kind: str, macros: bool) -> list[tuple[str, dict[str, object]]]:
    """What a file's name says against its content; macros behind another ending are refused."""
    ending = filename.rpartition(".")[2].lower() if "." in filename else ""
    if macros and ending not in MACRO_ENDINGS and kind != "ods":
        raise ReadError("macro_disguised", ending=ending)
    if ending and kind not in ENDINGS.get(ending, set()):
        return [("wrong_ending", {"ending": ending[:10], "kind": kind})]
    return []
