"""Files of a project: what is taken, where it lies, who gets it, and that none stays without its row."""

from __future__ import annotations

import io
import os
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from projects import attachments, filekinds, registering
from projects.attachment_forms import checked_file
from projects.capital_writing import newest_record, void_entry
from projects.filekinds import KINDS, kind_of
from projects.integrity import attachments_have_rows, evidence_is_of_its_project
from projects.models import Attachment, Obstacle, Project
from tests.builders import make_project, make_user
from tests.imports.files import ole

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("vocabulary")]
PDF = b"%PDF-1.7\n1 0 obj <<>> endobj\ntrailer <<>>\n%%EOF"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40
URL = "/projects/P-1/attachments/"
WORD = "wordprocessingml.document.main+xml"
SHEET = "spreadsheetml.sheet.main+xml"


def office(main: str, said: str, **more: bytes) -> bytes:
    """An archive that says that its main part is such a document."""
    target = io.BytesIO()
    kind = f"application/vnd.openxmlformats-officedocument.{said}"
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", f'<Types><Override PartName="/{main}" ContentType="{kind}"/></Types>')
        archive.writestr(main, "<document/>")
        for name, content in more.items():
            archive.writestr(name, content)
    return target.getvalue()


DOCX = office("word/document.xml", WORD)
GOOD = {
    "pdf": PDF,
    "jpg": b"\xff\xd8\xff\xe0\x00\x10JFIF" + b"\0" * 20,
    "png": PNG,
    "webp": b"RIFF\x10\0\0\0WEBPVP8 " + b"\0" * 20,
    "docx": DOCX,
    "xlsx": office("xl/workbook.xml", SHEET),
    "doc": ole({"1Table": b"x", "WordDocument": b"x"}),
    "xls": ole({"Workbook": b"x"}),
}
WRONG = {
    "exe": b"MZ\x90\x00" + b"\0" * 60,
    "elf": b"\x7fELF" + b"\0" * 60,
    "html": b"<!doctype html><script>alert(1)</script>",
    "html with a PDF in it": b"<script>alert(1)</script>\n" + PDF,
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "text": "合同".encode(),
    "plain zip": office("a/b.xml", WORD),
    "says Word, holds none": office("other.xml", WORD),
    "Word with macros": office("word/document.xml", WORD, **{"word/vbaProject.bin": b"x"}),
    "Word by its parts alone": office("word/document.xml", "presentationml.presentation.main+xml"),
    "Word that writes elsewhere": office("word/document.xml", WORD, **{"../../evil": b"x"}),
    "zip bomb": office("word/document.xml", WORD, **{"word/media/a.bin": b"\0" * 30_000_000}),
    "cut off": DOCX[:-30],
    "an installer": ole({"Property": b"x"}),
    "cut off OLE": GOOD["doc"][:400],
    "gif": b"GIF89a" + b"\0" * 20,
    "empty archive": b"PK\x05\x06" + b"\0" * 18,
}


@pytest.fixture(autouse=True)
def _media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def wang() -> User:
    return make_user("王某", role="manager", all_parks=True)


@pytest.fixture
def manager(client: Client, wang: User) -> Client:
    client.force_login(wang)
    return client


@pytest.fixture
def project() -> Project:
    return make_project(
        "光伏基地", code="P-1", park="shuangfu", agreed="1", arrivals={"2020-09": "5"}, reached={"land": "2020-10"}
    )


def file(content: bytes = PDF, name: str = "合同.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def upload(client: Client, *files: SimpleUploadedFile, **more: str) -> Any:
    return client.post(f"{URL}new/", {"files": list(files), **more})


def stored(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def fetched(client: Client, row: Attachment, query: str = "") -> Any:
    response = client.get(f"{URL}{row.pk}/{query}")
    if response.status_code == 200:
        response.content_read = b"".join(response.streaming_content)
    return response


@pytest.mark.parametrize("key", GOOD)
def test_kinds_are_known_by_their_content(key: str) -> None:
    opened = io.BytesIO(GOOD[key])
    assert kind_of(opened) is KINDS[key]
    assert opened.tell() == 0


@pytest.mark.parametrize("what", WRONG)
def test_nothing_else_is_taken_whatever_its_name_says(
    manager: Client, project: Project, tmp_path: Path, what: str
) -> None:
    assert kind_of(io.BytesIO(WRONG[what])) is None
    for name in ("合同.pdf", "合同.docx", "照片.jpg"):
        answer = upload(manager, file(WRONG[what], name))
        assert answer.status_code == 422
        assert name in answer.content.decode()
    assert (project.attachments.count(), stored(tmp_path)) == (0, [])


def test_real_workbooks_are_known() -> None:
    for name, key in (("ledger-2019.xls", "xls"),):
        with (Path("tests/data/samples") / name).open("rb") as opened:
            assert kind_of(opened) is KINDS[key]


def test_a_directory_that_runs_in_a_circle_ends() -> None:
    looping = bytearray(ole({"Property": b"x"}))
    start = int.from_bytes(looping[48:52], "little")
    table = int.from_bytes(looping[76:80], "little")
    at = (table + 1) * 512 + start * 4
    looping[at : at + 4] = start.to_bytes(4, "little")
    assert kind_of(io.BytesIO(bytes(looping))) is None


def test_too_many_parts_and_overlong_promises_are_refused(monkeypatch: Any) -> None:
    monkeypatch.setattr(filekinds, "MAX_PARTS", 1)
    assert kind_of(io.BytesIO(DOCX)) is None
    monkeypatch.setattr(filekinds, "MAX_PARTS", 100)
    monkeypatch.setattr(filekinds, "MAX_UNPACKED", 10)
    assert kind_of(io.BytesIO(DOCX)) is None


def test_empty_missing_and_too_large_files_are_refused(
    manager: Client, project: Project, tmp_path: Path, settings: Any
) -> None:
    assert upload(manager, file(b"")).status_code == 422
    assert upload(manager).status_code == 422
    settings.ATTACHMENT_MAX_BYTES = len(PDF)
    assert upload(manager, file(PDF + b" ")).status_code == 422
    assert stored(tmp_path) == []
    assert upload(manager, file(PDF)).status_code == 302
    settings.ATTACHMENT_MAX_FILES = 1
    assert upload(manager, file(PDF + b"1"), file(PDF + b"2")).status_code == 422


def test_a_district_may_take_fewer_kinds(manager: Client, project: Project, settings: Any) -> None:
    settings.ATTACHMENT_TYPES = ["pdf"]
    assert upload(manager, file(PNG, "a.png")).status_code == 422
    assert upload(manager, file()).status_code == 302


def test_one_wrong_file_refuses_all(manager: Client, project: Project, tmp_path: Path) -> None:
    answer = upload(manager, file(PDF, "好.pdf"), file(WRONG["exe"], "坏.pdf"))
    assert answer.status_code == 422
    assert "坏.pdf" in answer.content.decode()
    assert (project.attachments.count(), stored(tmp_path)) == (0, [])


def test_several_files_at_once_lie_under_random_names(
    manager: Client, project: Project, tmp_path: Path, settings: Any, wang: User
) -> None:
    assert upload(manager, file(PDF, "合同.pdf"), file(PNG, "照片.png"), note="扫描件").status_code == 302
    rows = list(project.attachments.order_by("pk"))
    assert [(row.filename, row.content_type, row.size) for row in rows] == [
        ("合同.pdf", "application/pdf", len(PDF)),
        ("照片.png", "image/png", len(PNG)),
    ]
    assert stored(tmp_path) == sorted(row.file.name for row in rows)
    for row in rows:
        assert (row.note, row.uploaded_by, row.history.get().history_user) == ("扫描件", wang, wang)
        assert "合同" not in row.file.name
        assert "." not in row.file.name
        assert Path(row.file.path).stat().st_mode & 0o077 == 0
        assert not Path(row.file.path).is_relative_to(settings.STATIC_ROOT)
    html = manager.get("/projects/P-1/").content.decode()
    assert f"{URL}{rows[0].pk}/" in html
    assert "合同.pdf" in manager.get("/projects/P-1/history/").content.decode()


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("合同.pdf", "合同.pdf"),
        ("合同.PDF", "合同.PDF"),
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\Users\\某\\合同.pdf", "合同.pdf"),
        ("合同.exe", "合同.exe.pdf"),
        ("合\u202e同fdp.exe", "合同fdp.exe.pdf"),
        ("a\r\nSet-Cookie: x.pdf", "a Set-Cookie_ x.pdf"),
        ('合"同;.pdf', "合_同_.pdf"),
        (".htaccess", "htaccess.pdf"),
        (".pdf", "文件.pdf"),
        ("...", "文件.pdf"),
        ("长" * 300 + ".pdf", "长" * 146 + ".pdf"),
    ],
)
def test_names_are_cleaned(given: str, kept: str) -> None:
    found = attachments.clean_name(given, KINDS["pdf"])
    # The name of a nameless one follows the language of the catalogue.
    assert found == kept or (kept == "文件.pdf" and found.endswith(".pdf") and len(found) > 4)


def test_a_file_comes_as_a_download_and_runs_nowhere(manager: Client, project: Project) -> None:
    upload(manager, file(PDF, "合同.pdf"), file(PNG, "照片.png"))
    paper, picture = project.attachments.order_by("pk")
    for row, content in ((paper, PDF), (picture, PNG)):
        answer = fetched(manager, row)
        assert answer.content_read == content
        assert answer["Content-Disposition"].startswith("attachment;")
        assert answer["Content-Type"] == row.content_type
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Content-Security-Policy"].startswith("sandbox")
        assert "private" in answer["Cache-Control"]
    assert fetched(manager, picture, "?show=1")["Content-Disposition"].startswith("inline")
    assert fetched(manager, picture, "?show=1")["Content-Security-Policy"].startswith("sandbox")
    assert fetched(manager, paper, "?show=1")["Content-Disposition"].startswith("attachment")
    # Whatever a row says of its kind, only our own kinds are named to a browser.
    Attachment.objects.filter(pk=picture.pk).update(content_type="text/html")
    answer = fetched(manager, picture, "?show=1")
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].startswith("attachment")


def test_who_gets_it(client: Client, project: Project, settings: Any) -> None:
    client.force_login(make_user("own", "recorder", parks=["shuangfu"]))
    assert upload(client, file()).status_code == 302
    row = project.attachments.get()
    for user in (make_user("leader", "leader"), make_user("neighbour", "recorder", parks=["degan"])):
        client.force_login(user)
        assert fetched(client, row).status_code == 200
        html = client.get("/projects/P-1/").content.decode()
        assert f"{URL}{row.pk}/" in html
        assert f"{URL}new/" not in html
        assert f"{URL}{row.pk}/remove/" not in html
        assert upload(client, file(PDF + b"2")).status_code == 403
        for way in ("remove", "restore"):
            assert client.post(f"{URL}{row.pk}/{way}/").status_code == 403
    settings.RECORDERS_SEE_OWN_PARKS = True
    assert fetched(client, row).status_code == 404
    assert upload(client, file(PDF + b"2")).status_code == 404
    assert client.post(f"{URL}{row.pk}/remove/").status_code == 404
    client.logout()
    assert client.get(f"{URL}{row.pk}/").status_code == 302
    assert client.get(f"/uploads/{row.file.name}").status_code in {302, 404}
    assert project.attachments.shown().count() == 1


def test_a_file_is_not_found_under_another_project(manager: Client, project: Project) -> None:
    upload(manager, file())
    row = project.attachments.get()
    make_project(code="P-2", park="shuangfu")
    assert manager.get(f"/projects/P-2/attachments/{row.pk}/").status_code == 404
    assert manager.post(f"/projects/P-2/attachments/{row.pk}/remove/").status_code == 404
    Path(row.file.path).unlink()
    assert fetched(manager, row).status_code == 404


def test_removed_is_hidden_with_who_and_when_and_can_be_restored(manager: Client, project: Project) -> None:
    upload(manager, file())
    row = project.attachments.get()
    for __ in range(2):
        assert manager.post(f"{URL}{row.pk}/remove/").status_code == 302
    row.refresh_from_db()
    assert row.is_removed
    assert row.history.count() == 2
    assert Path(row.file.path).exists()
    assert fetched(manager, row).status_code == 404
    context = manager.get("/projects/P-1/").context
    ((removed),) = context["attachments"].removed
    assert (removed.row, removed.who) == (row, "王某")
    assert context["attachments"].shown == []
    for __ in range(2):
        manager.post(f"{URL}{row.pk}/restore/")
    assert fetched(manager, row).status_code == 200


def test_the_same_file_again_is_said(manager: Client, project: Project, tmp_path: Path) -> None:
    manager.post(f"{URL}new/", {"files": [file()]}, follow=True)
    answer = manager.post(f"{URL}new/", {"files": [file(PDF, "又一份.pdf")]}, follow=True)
    ((said),) = answer.context["messages"]
    assert "又一份.pdf" in str(said)
    assert project.attachments.count() == 1
    # As evidence of something else it is wanted, and said too; twice in one go is once.
    owner = f"arrival-{project.arrivals.get().pk}"
    answer = manager.post(f"{URL}new/", {"files": [file(), file(PDF, "同一份.pdf")], "owner": owner}, follow=True)
    assert project.attachments.count() == 2
    assert len(list(answer.context["messages"])) == 3
    # One that was removed does not count: whoever wants it back may send it.
    attachments.remove_attachment(attachment=project.attachments.get(arrival=None), user=None)
    upload(manager, file())
    assert project.attachments.shown().count() == 2
    make_project(code="P-2", park="degan")
    assert manager.post("/projects/P-2/attachments/new/", {"files": [file()]}).status_code == 302


def test_evidence_belongs_to_a_row_of_the_project(manager: Client, project: Project, wang: User) -> None:
    note = registering.write_note(project=project, kind="note", text="看过现场", user=wang)
    obstacle = Obstacle.objects.create(project=project, text="缺水", unit="局", raised_on="2020-12-01")
    rows = {
        "arrival": project.arrivals.get(),
        "milestone": project.milestones.get(kind="land"),
        "obstacle": obstacle,
        "about": note,
    }
    for number, (name, row) in enumerate(rows.items()):
        content = PDF + str(number).encode()
        assert upload(manager, file(content, f"{name}.pdf"), owner=f"{name}-{row.pk}").status_code == 302
        assert project.attachments.get(filename=f"{name}.pdf").belongs_to == row
    other = make_project(code="P-2", park="degan", arrivals={"2020-01": "1"})
    for owner in (f"arrival-{other.arrivals.get().pk}", "arrival-x", "project-1", f"note-{note.pk}"):
        assert upload(manager, file(PDF + b"x"), owner=owner).status_code == 422
    assert list(evidence_is_of_its_project()) == []
    Attachment.objects.filter(arrival__isnull=False).update(arrival=other.arrivals.get())
    assert len(list(evidence_is_of_its_project())) == 1


def test_a_failed_save_leaves_no_file(project: Project, tmp_path: Path, wang: User, monkeypatch: Any) -> None:
    files = [checked_file(file(PDF, "一.pdf")), checked_file(file(PNG, "二.png"))]
    saved = attachments._save
    calls = []

    def fail_second(row: Attachment, user: User) -> None:
        calls.append(row)
        if len(calls) == 2:
            raise DatabaseError("disk full")
        saved(row, user)

    monkeypatch.setattr(attachments, "_save", fail_second)
    with pytest.raises(DatabaseError):
        attachments.attach_files(project=project, files=files, owner=None, note="", user=wang)
    assert (Attachment.objects.count(), stored(tmp_path)) == (0, [])


@pytest.mark.django_db(transaction=True)
def test_files_are_never_stored_inside_a_transaction_that_may_still_fail(tmp_path: Path) -> None:
    project = make_project(code="P-9")
    with pytest.raises(RuntimeError), transaction.atomic():
        attachments.attach_files(project=project, files=[checked_file(file())], owner=None, note="", user=None)
    assert stored(tmp_path) == []


def test_files_without_a_row_are_found_by_check_data(manager: Client, project: Project, tmp_path: Path) -> None:
    upload(manager, file())
    left = tmp_path / "attachments" / "2020" / "left"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"x")
    assert list(attachments_have_rows()) == []  # perhaps under way
    os.utime(left, (0, 0))
    assert list(attachments_have_rows()) == ["attachments/2020/left"]
    left.unlink()
    call_command("check_data", verbosity=0)


def test_voided_projects_take_no_files(manager: Client, project: Project) -> None:
    registering.void_project(project=project, reason="重复", user=None)
    assert upload(manager, file()).status_code == 403


def test_pages_have_a_constant_number_of_queries(manager: Client, project: Project) -> None:
    counted: dict[str, list[int]] = {"/projects/P-1/": [], f"{URL}new/": [], "/projects/P-1/timeline/": []}
    owner = f"arrival-{project.arrivals.get().pk}"
    manager.get("/projects/P-1/")  # what every page remembers
    for number in range(8):
        upload(manager, file(PDF + bytes([65 + number])), owner=owner)
        if number in (1, 7):
            attachments.remove_attachment(attachment=project.attachments.shown().first(), user=None)
            for address, counts in counted.items():
                with CaptureQueriesContext(connection) as queries:
                    manager.get(address)
                counts.append(len(queries))
    assert all(one == two for one, two in counted.values()), counted


def test_who_removed_a_file_is_not_who_voided_its_arrival_later(settings, tmp_path) -> None:
    settings.MEDIA_ROOT = tmp_path
    project = make_project(arrivals={"2020-09": "5"})
    arrival = project.arrivals.get()
    remover, voider = make_user("aa", role="admin"), make_user("bb", role="admin")
    paper = Attachment(project=project, arrival=arrival, filename="回单.pdf", size=5, sha256="0" * 64)
    paper.file.save("0123", ContentFile(b"%PDF-"))
    attachments.remove_attachment(attachment=paper, user=remover)
    seen = newest_record("arrivals", project.pk, arrival.pk)
    void_entry(table="arrivals", project_id=project.pk, pk=arrival.pk, seen=seen, reason="错", user=voider)
    (removed,) = attachments.of_project(project).removed
    assert (removed.row.arrival, removed.who) == (None, "aa")
