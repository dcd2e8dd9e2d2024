"""Builds small spreadsheets, good and hostile, byte by byte where no library would write them."""

import io
import struct
import zipfile
from pathlib import Path

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
MACRO_TYPE = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
XLSB_TYPE = "application/vnd.ms-excel.sheet.binary.macroEnabled.main"


def sheet_xml(rows: str, *, before: str = "", after: str = "") -> str:
    return f'<?xml version="1.0"?><worksheet xmlns="{MAIN}">{before}<sheetData>{rows}</sheetData>{after}</worksheet>'


def relations(*targets: tuple[str, str, str]) -> str:
    items = "".join(f'<Relationship Id="{i}" Type="{OFFICE}/{kind}" Target="{to}"/>' for i, kind, to in targets)
    return f'<Relationships xmlns="{PACKAGE}/relationships">{items}</Relationships>'


def xlsx_parts(
    *sheets: str,
    texts: tuple[str, ...] = (),
    styles: str = "",
    workbook: str = "",
    states: dict[int, str] | None = None,
    main_type: str = SHEET_TYPE,
) -> dict[str, str | bytes]:
    """The parts of a workbook whose sheets are given as XML, named 表1, 表2 …"""
    entries = "".join(
        f'<sheet name="表{i}" sheetId="{i}" state="{(states or {}).get(i, "visible")}" r:id="s{i}"/>'
        for i in range(1, len(sheets) + 1)
    )
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types">'
        f'<Override PartName="/xl/workbook.xml" ContentType="{main_type}"/></Types>',
        "_rels/.rels": relations(("r1", "officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">{workbook}'
        f"<sheets>{entries}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": relations(
            *((f"s{i}", "worksheet", f"worksheets/sheet{i}.xml") for i in range(1, len(sheets) + 1)),
            ("st", "styles", "styles.xml"),
            ("tx", "sharedStrings", "sharedStrings.xml"),
        ),
    }
    for i, sheet in enumerate(sheets, 1):
        parts[f"xl/worksheets/sheet{i}.xml"] = sheet
    if texts:
        parts["xl/sharedStrings.xml"] = f'<sst xmlns="{MAIN}">{"".join(f"<si>{text}</si>" for text in texts)}</sst>'
    if styles:
        parts["xl/styles.xml"] = f'<styleSheet xmlns="{MAIN}">{styles}</styleSheet>'
    return parts


def write_zip(path: Path, parts: dict[str, str | bytes] | list[tuple[str, str | bytes]]) -> Path:
    items = parts.items() if isinstance(parts, dict) else parts
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in items:
            archive.writestr(name, data)
    return path


def xlsx(path: Path, *sheets: str, **options) -> Path:
    """A workbook of sheets given as rows of XML or as whole sheets."""
    whole = [sheet if sheet.startswith("<?xml") else sheet_xml(sheet) for sheet in sheets]
    return write_zip(path, xlsx_parts(*whole, **options))


def styles_of(*codes: str, struck: bool = False) -> str:
    """Cell styles 1, 2 … with these number formats; style 0 is plain; the last one is struck through on request."""
    formats = "".join(f'<numFmt numFmtId="{200 + i}" formatCode="{code}"/>' for i, code in enumerate(codes))
    cells = "".join(f'<xf numFmtId="{200 + i}" fontId="0"/>' for i in range(len(codes)))
    last = '<xf numFmtId="0" fontId="1"/>' if struck else ""
    fonts = "<fonts><font/><font><strike/></font></fonts>"
    return f'<numFmts>{formats}</numFmts>{fonts}<cellXfs><xf numFmtId="0" fontId="0"/>{cells}{last}</cellXfs>'


# --- OLE and BIFF8 ------------------------------------------------------------------------------------------------
def ole(streams: dict[str, bytes]) -> bytes:
    """An OLE container of 512-byte sectors; every stream is padded to the size that needs no mini stream."""
    bodies = [data.ljust(4096, b"\0") for data in streams.values()]
    bodies = [data.ljust(-(-len(data) // 512) * 512, b"\0") for data in bodies]
    fat: list[int] = []
    starts = []
    for body in bodies:
        starts.append(len(fat))
        count = len(body) // 512
        fat += [*range(len(fat) + 1, len(fat) + count), 0xFFFFFFFE]
    directory_start = len(fat)
    entries = [_entry("Root Entry", 5, 0xFFFFFFFE, 0)]
    entries += [_entry(name, 2, start, len(body)) for name, start, body in zip(streams, starts, bodies, strict=True)]
    directory = b"".join(entries)
    directory = directory.ljust(-(-len(directory) // 512) * 512, b"\0")
    sectors = len(directory) // 512
    fat += [*range(len(fat) + 1, len(fat) + sectors), 0xFFFFFFFE]
    fat_sectors = 1
    while (len(fat) + fat_sectors) > fat_sectors * 128:
        fat_sectors += 1
    fat_start = len(fat)
    fat += [0xFFFFFFFD] * fat_sectors
    fat += [0xFFFFFFFF] * (fat_sectors * 128 - len(fat))
    difat = [*range(fat_start, fat_start + fat_sectors)]
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16 + struct.pack("<HHHHH", 62, 3, 0xFFFE, 9, 6) + b"\0" * 6
    header += struct.pack("<IIIIIIIIII", 0, fat_sectors, directory_start, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0, 0)[:36]
    header += struct.pack("<109I", *(difat + [0xFFFFFFFF] * (109 - len(difat))))
    return header + b"".join(bodies) + directory + struct.pack(f"<{len(fat)}I", *fat)


def _entry(name: str, kind: int, start: int, size: int) -> bytes:
    encoded = (name + "\0").encode("utf-16-le")
    entry = (
        encoded.ljust(64, b"\0") + struct.pack("<HBB", len(encoded), kind, 1) + struct.pack("<III", *[0xFFFFFFFF] * 3)
    )
    return entry.ljust(116, b"\0") + struct.pack("<III", start, size, 0)


def record(kind: int, data: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


def biff_text(text: str, *, short: bool = False) -> bytes:
    return struct.pack("<BB" if short else "<HB", len(text), 1) + text.encode("utf-16-le")


def xls(cells: bytes, *, globals_: bytes = b"", after: bytes = b"", formats: tuple[str, ...] = ()) -> bytes:
    """A BIFF8 workbook of one sheet 表1 whose cell records are given; styles 0 plain, 1 … by format codes."""
    begin = record(0x0809, struct.pack("<HHHHII", 0x0600, 5, 0, 0, 0, 0))
    fonts = b"".join(record(0x0031, struct.pack("<HH", 200, flags) + b"\0" * 12) for flags in (0, 8))
    codes = b"".join(record(0x041E, struct.pack("<H", 170 + i) + biff_text(code)) for i, code in enumerate(formats))
    styles = record(0x00E0, struct.pack("<HH", 0, 0) + b"\0" * 16)
    styles += b"".join(record(0x00E0, struct.pack("<HH", 0, 170 + i) + b"\0" * 16) for i in range(len(formats)))
    styles += record(0x00E0, struct.pack("<HH", 1, 0) + b"\0" * 16)  # struck through
    name = struct.pack("<BB", 0, 0) + biff_text("表1", short=True)
    length = len(begin + globals_ + fonts + codes + styles) + len(record(0x0085, b"\0" * 4 + name)) + 4
    head = begin + globals_ + fonts + codes + styles + record(0x0085, struct.pack("<I", length) + name) + record(0x000A)
    sheet = record(0x0809, struct.pack("<HHHHII", 0x0600, 0x10, 0, 0, 0, 0)) + cells + after + record(0x000A)
    return ole({"Workbook": head + sheet})


# --- BIFF12 -------------------------------------------------------------------------------------------------------
def record12(kind: int, data: bytes = b"") -> bytes:
    head = bytes([kind]) if kind < 0x80 else bytes([kind & 0x7F | 0x80, kind >> 7])
    length, size = len(data), b""
    while True:
        size += bytes([length & 0x7F | (0x80 if length > 0x7F else 0)])
        length >>= 7
        if not length:
            return head + size + data


def text12(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def xlsb(path: Path, cells: bytes, *, epoch_1904: bool = False, formats: tuple[str, ...] = ()) -> Path:
    """A binary workbook of one sheet 表1."""
    styles = b"".join(record12(44, struct.pack("<H", 170 + i) + text12(code)) for i, code in enumerate(formats))
    styles += record12(617, struct.pack("<I", len(formats) + 1))
    for number in (0, *(170 + i for i in range(len(formats)))):
        styles += record12(47, struct.pack("<HHHHH", 0, number, 0, 0, 0) + b"\0" * 6)
    styles += record12(618)
    types = f'<Override PartName="/xl/workbook.bin" ContentType="{XLSB_TYPE}"/>'
    return write_zip(
        path,
        {
            "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types">{types}</Types>',
            "_rels/.rels": relations(("r1", "officeDocument", "xl/workbook.bin")),
            "xl/_rels/workbook.bin.rels": relations(
                ("s1", "worksheet", "worksheets/sheet1.bin"), ("st", "styles", "styles.bin")
            ),
            "xl/workbook.bin": record12(153, struct.pack("<I", epoch_1904))
            + record12(156, struct.pack("<II", 0, 1) + text12("s1") + text12("表1")),
            "xl/styles.bin": styles,
            "xl/worksheets/sheet1.bin": cells,
        },
    )


# --- ODS ----------------------------------------------------------------------------------------------------------
def ods(path: Path, tables: str, *, styles: str = "", common: str = "", manifest: str = "") -> Path:
    """`styles` are the automatic ones of content.xml, `common` the named ones of styles.xml."""
    names = {
        "office": "office:1.0", "style": "style:1.0", "text": "text:1.0", "table": "table:1.0", "draw": "drawing:1.0",
        "number": "datastyle:1.0", "calcext": "calcext:1.0",
    }  # fmt: skip
    spaces = " ".join(f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{long}"' for short, long in names.items())
    content = (
        f"<office:document-content {spaces}><office:automatic-styles>{styles}</office:automatic-styles>"
        f"<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>"
    )
    parts: dict[str, str | bytes] = {
        "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
        "content.xml": content,
    }
    if common:
        parts["styles.xml"] = (
            f"<office:document-styles {spaces}><office:styles>{common}</office:styles></office:document-styles>"
        )
    if manifest:
        parts["META-INF/manifest.xml"] = manifest
    return write_zip(path, parts)


def lying_zip(parts: dict[str, str | bytes], name: str, claim: int) -> bytes:
    """A container in which a part claims another unpacked size than it has."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, data in parts.items():
            archive.writestr(part, data)
    data = bytearray(buffer.getvalue())
    for signature, size_at, name_at in ((b"PK\x03\x04", 22, 30), (b"PK\x01\x02", 24, 46)):
        at = data.find(signature)
        while at >= 0:
            if data[at + name_at : at + name_at + len(name)] == name.encode():
                data[at + size_at : at + size_at + 4] = struct.pack("<I", claim)
            at = data.find(signature, at + 4)
    return bytes(data)
