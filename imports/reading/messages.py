"""What a person is told: one sentence a code, first what is wrong, then what to do."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from jiangjin.lib.text import sentence

REFUSALS: dict[str, str | Promise] = {
    "not_found": _("There is no file of this name. Check the path."),
    "unreadable": _("The file cannot be opened. Check that it may be read and is not a folder."),
    "empty_file": _("The file holds no data. Check that the right file was chosen and that it was saved."),
    "too_large": _("The file is larger than %(limit)s MB. Split it by year or by park, or take out its pictures."),
    "encrypted": _(
        "The file has a password. Open it in Excel or WPS, take the password off, save it, and choose it again."
    ),
    "macro_disguised": _(
        "The file contains macros but is named .%(ending)s. Save it as an Excel workbook without macros (.xlsx)."
    ),
    "old_excel": _("The file is in an Excel format older than 1995. Open it in Excel or WPS and save it as .xlsx."),
    "spreadsheet_xml": _("The file is an XML spreadsheet of 2003. Open it in Excel or WPS and save it as .xlsx."),
    "flat_ods": _("The file is a flat XML document of LibreOffice. Open it there and save it as .xlsx."),
    "web_archive": _("The file is a web archive, not a workbook. Open it in Excel or WPS and save it as .xlsx."),
    "html_no_table": _(
        "The file is a web page without a table. Export the ledger again as .xlsx, or open it in Excel and save it so."
    ),
    "html_many_tables": _(
        "The file is a web page with several tables, so it is not certain which one is the ledger. "
        "Open it in Excel or WPS and save the ledger as .xlsx."
    ),
    "bomb": _("The file unpacks to far more than a ledger can hold. Copy the table into a new workbook and save that."),
    "too_many_parts": _(
        "The workbook consists of more than %(limit)s parts, mostly pictures and charts. "
        "Copy the table alone into a new workbook and save that."
    ),
    "too_many_rows": _("The file has more than %(limit)s rows. Split it, for example by year."),
    "too_many_columns": _(
        "The file has values beyond column number %(limit)s. Delete the columns behind the table and save it."
    ),
    "too_many_cells": _("The file has more than %(limit)s filled cells. Split it, for example by year."),
    "cell_too_long": _("A cell holds more than %(limit)s characters, more than Excel allows. Shorten it and save."),
    "xml_entities": _(
        "The file contains definitions that no spreadsheet program writes, so it is not opened. "
        "Copy the table into a new workbook and save that."
    ),
    "damaged": _("The file is damaged or incomplete. Open it in Excel or WPS, save it as a new .xlsx, and try again."),
    "no_sheet": _("The workbook holds no worksheet with cells. Copy the table into a new workbook and save that."),
    "timeout": _("The file takes too long to read. Copy the table alone into a new workbook and save that."),
    "memory": _("The file needs too much memory. Copy the table alone into a new workbook, or split it by year."),
    "bad_encoding": _(
        "The characters of the file cannot be read for certain (neither UTF-8 nor GBK). "
        "Open it in the program that wrote it, see that its characters are right, "
        "and save it as .xlsx, or as CSV in UTF-8."
    ),
    "unknown_encoding": _("%(encoding)s is no encoding that can be read here. Choose utf-8, gb18030, big5 or utf-16."),
    "nul_character": _("The file contains NUL characters, so it is damaged or not a text. Save the ledger as .xlsx."),
    "unbalanced_quotes": _(
        "A quotation mark in row %(row)s is not closed, so rows run into each other. "
        "Correct it there, or save the ledger as .xlsx."
    ),
}
NOT_A_SPREADSHEET: dict[str, str | Promise] = {
    "picture": _(
        "The file is a picture, not a spreadsheet. Choose the ledger itself (.xlsx, .xls, .et, .ods or .csv)."
    ),
    "pdf": _("The file is a PDF, not a spreadsheet. Choose the ledger itself (.xlsx, .xls, .et, .ods or .csv)."),
    "archive": _("The file is a compressed archive, not a spreadsheet. Unpack it and choose the ledger in it."),
    "document": _("The file is a text document or slides, not a spreadsheet. Copy its table into a workbook."),
    "program": _(
        "The file is a program, not a spreadsheet. Choose the ledger itself (.xlsx, .xls, .et, .ods or .csv)."
    ),
    "prose": _("The text holds no table: its lines have no common tab, comma or semicolon. Choose the ledger itself."),
    "other": _("The file is not a spreadsheet. Choose the ledger itself (.xlsx, .xls, .et or .csv)."),
}
KINDS: dict[str, str | Promise] = {"text": _("plain text"), "html": _("a web page")}
NOTES: dict[str, str | Promise] = {
    "wrong_ending": _("The file is named .%(ending)s, but its content is %(kind)s; it was read by its content."),
    "date1904": _("The workbook counts days from 1904; its dates were read that way."),
    "hidden_rows": _("%(count)s rows are hidden (%(rows)s); they were read like the others."),
    "hidden_columns": _("%(count)s columns are hidden (%(columns)s); they were read like the others."),
    "struck_rows": _("%(count)s rows are struck through (%(rows)s); they were read like the others."),
    "comments": _(
        "%(count)s cells have comments (%(cells)s); they are shown and kept with their rows, and set no value."
    ),
    "pictures": _("The sheet holds %(count)s pictures, which are not imported."),
    "text_boxes": _("The sheet holds %(count)s text boxes, which are not imported."),
    "lost_characters": _(
        "%(count)s cells contain the sign � for lost characters: they were damaged before this file was saved."
    ),
}


def refusal(code: str, params: dict[str, object]) -> str | Promise:
    """The sentence of a refusal, filled in and in the reader's language."""
    known = NOT_A_SPREADSHEET.get(str(params.get("kind"))) if code == "not_a_spreadsheet" else REFUSALS.get(code)
    words = known or (NOT_A_SPREADSHEET["other"] if code == "not_a_spreadsheet" else REFUSALS["damaged"])
    return sentence(words, **params) if params else words


def note(code: str, params: dict[str, object]) -> str:
    """The sentence of a note, in the language of the moment: it is stored with the batch."""
    words = NOTES.get(code)
    filled = {name: KINDS.get(str(value), value) if name == "kind" else value for name, value in params.items()}
    return str(words) % filled if words else code
