"""Nothing is open: every URL of the site stands in the table below, and the table says who may do what there.

A URL without a line here fails `test_every_url_is_in_the_table`: say what it does before it goes out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.files.base import ContentFile
from django.core.signals import request_finished
from django.db import close_old_connections, connection
from django.test import Client, override_settings
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from accounts.models import User
from imports.models import ImportBatch, Merge, NotTheSame, RememberedMapping, RememberedWord
from industries.models import Chain, Cluster
from parks.models import Park
from projects.codes import is_usable
from projects.models import Attachment, BulkEdit, Obstacle, Project, SavedView, TaskForce
from reports.models import FixedTable, SavedTable
from tests.builders import make_investor, make_park, make_project, make_user

pytestmark = pytest.mark.django_db


class Kind(Enum):
    """What a URL is for."""

    OPEN = "without a login"
    READ = "everybody who is logged in looks"
    OWN = "everybody who is logged in changes what is their own"
    WRITE = "recorders, managers and administrators write"
    READ_OWN = "recorders, managers and administrators look"
    AUDIT_READ = "administrators and auditors look"
    ADMIN_READ = "administrators look"
    ADMIN = "administrators write"


# URL name → (what it is for, its arguments as the names of what `things` makes).
TABLE: dict[str, tuple[Kind, dict[str, str]]] = {
    "healthz": (Kind.OPEN, {}),
    "accounts:login": (Kind.OPEN, {}),
    "accounts:logout": (Kind.OWN, {}),
    "accounts:password_change": (Kind.OWN, {}),
    "accounts:language": (Kind.OWN, {}),
    "accounts:user_list": (Kind.ADMIN_READ, {}),
    "accounts:user_create": (Kind.ADMIN, {}),
    "accounts:user_edit": (Kind.ADMIN, {"pk": "user"}),
    "accounts:user_password": (Kind.ADMIN, {"pk": "user"}),
    "export_xlsx": (Kind.READ, {}),
    "export_csv": (Kind.READ, {}),
    "accounts:audit_list": (Kind.AUDIT_READ, {}),
    "imports:ledger": (Kind.READ, {"ending": "ending"}),
    "industries:export": (Kind.READ, {"ending": "ending"}),
    "parks:export": (Kind.READ, {"ending": "ending"}),
    "projects:arrival_export": (Kind.READ_OWN, {"ending": "ending"}),
    "projects:investor_export": (Kind.READ, {"ending": "ending"}),
    "projects:obstacle_export": (Kind.READ, {"ending": "ending"}),
    "projects:official_export": (Kind.READ, {"ending": "ending"}),
    "imports:list": (Kind.WRITE, {}),
    "imports:template": (Kind.READ, {}),
    "imports:detail": (Kind.READ, {"pk": "batch"}),
    "imports:columns": (Kind.WRITE, {"pk": "batch"}),
    "imports:progress": (Kind.READ, {"pk": "batch"}),
    "imports:again": (Kind.WRITE, {"pk": "batch"}),
    "imports:accept": (Kind.WRITE, {"pk": "batch"}),
    "imports:answer": (Kind.WRITE, {"pk": "batch"}),
    "imports:correct": (Kind.WRITE, {"pk": "batch"}),
    "imports:leave": (Kind.WRITE, {"pk": "batch"}),
    "imports:confirm": (Kind.WRITE, {"pk": "batch"}),
    "imports:file": (Kind.READ, {"pk": "batch"}),
    "imports:refused": (Kind.READ, {"pk": "batch"}),
    "imports:sheet": (Kind.READ, {"pk": "batch"}),
    "imports:cancel": (Kind.WRITE, {"pk": "batch"}),
    "imports:remembered": (Kind.READ, {}),
    "imports:remembered_json": (Kind.READ, {}),
    "imports:remembered_word": (Kind.WRITE, {"pk": "word"}),
    "imports:remembered_table": (Kind.WRITE, {"pk": "table"}),
    "imports:undo": (Kind.WRITE, {"pk": "batch"}),
    "merging:projects": (Kind.WRITE, {"code": "project"}),
    "merging:investors": (Kind.WRITE, {"pk": "investor"}),
    "merging:merge": (Kind.WRITE, {"pk": "merge"}),
    "merging:duplicates": (Kind.READ, {}),
    "merging:not_the_same": (Kind.WRITE, {}),
    "merging:forget_not_the_same": (Kind.WRITE, {"pk": "parted"}),
    "undo:bin": (Kind.READ, {}),
    "undo:bulk": (Kind.READ, {"pk": "bulk"}),
    "undo:bulk_undo": (Kind.WRITE, {"pk": "bulk"}),
    "industries:list": (Kind.READ, {}),
    "industries:detail": (Kind.READ, {"code": "cluster"}),
    "parks:list": (Kind.READ, {}),
    "parks:detail": (Kind.READ, {"code": "park"}),
    "projects:list": (Kind.READ, {}),
    "projects:create": (Kind.WRITE, {}),
    "projects:arrival_grid": (Kind.WRITE, {}),
    "projects:bulk": (Kind.WRITE, {}),
    "projects:view_list": (Kind.READ, {}),
    "projects:view_counts": (Kind.READ, {}),
    "projects:view_create": (Kind.OWN, {}),
    "projects:view_edit": (Kind.OWN, {"pk": "view"}),
    "projects:view_save": (Kind.OWN, {"pk": "view"}),
    "projects:view_default": (Kind.OWN, {"pk": "view"}),
    "projects:view_delete": (Kind.OWN, {"pk": "view"}),
    "projects:detail": (Kind.READ, {"code": "project"}),
    "projects:edit": (Kind.WRITE, {"code": "project"}),
    "projects:void": (Kind.WRITE, {"code": "project"}),
    "projects:restore": (Kind.WRITE, {"code": "voided"}),
    "projects:note": (Kind.WRITE, {"code": "project"}),
    "projects:milestones": (Kind.WRITE, {"code": "project"}),
    "projects:stage": (Kind.WRITE, {"code": "project"}),
    "projects:condition": (Kind.WRITE, {"code": "project"}),
    "projects:similar": (Kind.READ, {}),
    "projects:suggest": (Kind.READ, {}),
    "projects:history": (Kind.READ, {"code": "project"}),
    "projects:restore_value": (Kind.WRITE, {"code": "project"}),
    "projects:commitment_create": (Kind.WRITE, {"code": "project"}),
    "projects:commitment_edit": (Kind.WRITE, {"code": "project", "pk": "commitment"}),
    "projects:commitment_void": (Kind.WRITE, {"code": "project", "pk": "commitment"}),
    "projects:arrival_create": (Kind.WRITE, {"code": "project"}),
    "projects:arrival_edit": (Kind.WRITE, {"code": "project", "pk": "arrival"}),
    "projects:arrival_void": (Kind.WRITE, {"code": "project", "pk": "arrival"}),
    "projects:plan": (Kind.WRITE, {"code": "project"}),
    "projects:planned_arrival_void": (Kind.WRITE, {"code": "project", "pk": "planned"}),
    "projects:entry_restore": (Kind.WRITE, {"code": "project"}),
    "projects:register_history": (Kind.READ, {}),
    "projects:investor_list": (Kind.READ, {}),
    "projects:investor_suggestions": (Kind.READ, {}),
    "projects:investor_detail": (Kind.READ, {"pk": "investor"}),
    "projects:investor_edit": (Kind.WRITE, {"pk": "investor"}),
    "projects:official_list": (Kind.READ, {}),
    "projects:official_detail": (Kind.READ, {"pk": "official"}),
    "projects:official_hand_over": (Kind.WRITE, {"pk": "official"}),
    "projects:hand_over": (Kind.WRITE, {"code": "project"}),
    "projects:follow_up": (Kind.WRITE, {"code": "project"}),
    "projects:follow": (Kind.OWN, {"code": "project"}),
    "projects:task_force_create": (Kind.WRITE, {"code": "project"}),
    "projects:task_force_edit": (Kind.WRITE, {"code": "project", "pk": "force"}),
    "parks:chief": (Kind.WRITE, {"code": "park"}),
    "parks:task_force_create": (Kind.WRITE, {"code": "park"}),
    "parks:task_force_edit": (Kind.WRITE, {"code": "park", "pk": "park_force"}),
    "industries:chain_chief": (Kind.WRITE, {"code": "cluster", "chain": "chain"}),
    "projects:obstacle_list": (Kind.READ, {}),
    "projects:obstacle_raise": (Kind.WRITE, {"code": "project"}),
    "projects:obstacle_edit": (Kind.WRITE, {"code": "project", "pk": "obstacle"}),
    "projects:obstacle_solve": (Kind.WRITE, {"code": "project", "pk": "obstacle"}),
    "projects:obstacle_reopen": (Kind.WRITE, {"code": "project", "pk": "obstacle"}),
    "projects:attachment_upload": (Kind.WRITE, {"code": "project"}),
    "projects:attachment_file": (Kind.READ, {"code": "project", "pk": "attachment"}),
    "projects:attachment_remove": (Kind.WRITE, {"code": "project", "pk": "attachment"}),
    "projects:attachment_restore": (Kind.WRITE, {"code": "project", "pk": "attachment"}),
    "projects:timeline": (Kind.READ, {"code": "project"}),
    "reports:index": (Kind.READ, {}),
    "reports:changes": (Kind.READ, {}),
    "reports:changes_export": (Kind.READ, {"ending": "ending"}),
    "reports:cohorts": (Kind.READ, {}),
    "reports:cohorts_export": (Kind.READ, {"ending": "ending"}),
    "reports:home": (Kind.READ, {}),
    "reports:light_rules": (Kind.READ, {}),
    "reports:my_page": (Kind.READ, {}),
    "reports:reconciliation": (Kind.READ, {}),
    "reports:reconciliation_export": (Kind.READ, {"ending": "ending"}),
    "reports:statistics": (Kind.READ, {}),
    "reports:statistics_export": (Kind.READ, {"ending": "ending"}),
    "reports:statistics_fix": (Kind.OWN, {}),
    "reports:changes_fix": (Kind.OWN, {}),
    "reports:cohorts_fix": (Kind.OWN, {}),
    "reports:reconciliation_fix": (Kind.OWN, {}),
    "reports:monthly_fix": (Kind.OWN, {}),
    "reports:monthly_table_fix": (Kind.OWN, {"code": "monthly_table"}),
    "reports:saved_tables": (Kind.READ, {}),
    "reports:saved_table_create": (Kind.OWN, {}),
    "reports:saved_table_edit": (Kind.OWN, {"pk": "saved_table"}),
    "reports:saved_table_remove": (Kind.OWN, {"pk": "saved_table"}),
    "reports:fixed_tables": (Kind.READ, {}),
    "reports:fixed_table": (Kind.READ, {"pk": "fixed_table"}),
    "reports:fixed_table_remove": (Kind.OWN, {"pk": "fixed_table"}),
    "reports:fixed_table_export": (Kind.READ, {"pk": "fixed_table", "ending": "ending"}),
    "reports:monthly": (Kind.READ, {}),
    "reports:monthly_export": (Kind.READ, {}),
    "reports:monthly_table": (Kind.READ, {"code": "monthly_table"}),
    "reports:monthly_table_export": (Kind.READ, {"code": "monthly_table", "ending": "ending"}),
    "reports:targets": (Kind.READ, {}),
    "reports:targets_export": (Kind.READ, {"ending": "ending"}),
    "reports:targets_edit": (Kind.WRITE, {}),
    "reports:plan": (Kind.READ, {}),
    "reports:plan_export": (Kind.READ, {"ending": "ending"}),
    "reports:plan_actual": (Kind.WRITE, {}),
    "reports:clear_demo": (Kind.ADMIN, {}),
}
# What a form asks for while somebody types: only to be looked at, but of no use to who may not write.
HELPS_TO_WRITE = {"projects:investor_suggestions", "projects:similar"}
UNSAFE = ("post", "put", "patch", "delete")
ADMIN_SITE = "admin"  # Django's own; its URLs follow from the registered models and are walked as they are
# Tables of the machinery: a visit may write them.
MACHINERY = {"sessions", "axes", "contenttypes", "auth", "admin"}


def patterns(found: list[Any] | None = None, namespace: str = "", route: str = "") -> Iterator[tuple[str, str]]:
    """(name with its namespace, route) of every URL of the site, however deep."""
    for entry in get_resolver().url_patterns if found is None else found:
        here = f"{route}{entry.pattern}"
        if isinstance(entry, URLResolver):
            inner = ":".join(filter(None, (namespace, entry.namespace)))
            yield from patterns(entry.url_patterns, inner, here)
        else:
            assert isinstance(entry, URLPattern)
            yield ":".join(filter(None, (namespace, entry.name or "?"))), here


def names(*kinds: Kind) -> list[str]:
    return [name for name, (kind, __) in TABLE.items() if kind in kinds]


@pytest.fixture(scope="module")
def media(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("media")


@pytest.fixture(autouse=True)
def _media(settings: Any, media: Path) -> None:
    settings.MEDIA_ROOT = media


@pytest.fixture(scope="module")
def things(shared_data: Any, media: Path) -> Iterator[dict[str, Any]]:
    """One of everything that a URL may name, made once: no test of this module may leave a trace in it."""
    with override_settings(MEDIA_ROOT=media):
        yield _make_things()


def _make_things() -> dict[str, Any]:
    """The batch's file is no ledger: its page says so."""
    batch = ImportBatch(filename="ledger.xlsx")
    batch.file.save("0123.ledger", ContentFile(b"nothing to see"))
    project = make_project(park="shuangfu", agreed="1", official=("毛平", "区长"), arrivals={"2020-09": "5"})
    paper = Attachment(project=project, filename="合同.pdf", size=5, content_type="application/pdf", sha256="0" * 64)
    paper.file.save("0123", ContentFile(b"%PDF-"))
    obstacle = Obstacle.objects.create(project=project, text="缺水", unit="水务局", raised_on=timezone.localdate())
    return {
        "ending": "csv",
        "monthly_table": "overview",
        "official": project.lead_official_id,
        "force": TaskForce.objects.create(name="专班", project=project).pk,
        "park_force": TaskForce.objects.create(name="专班", park=Park.objects.get(code="shuangfu")).pk,
        "chain": Chain.objects.create(
            code="robots", name="机器人链", cluster=Cluster.objects.get(code="equipment")
        ).code,
        "user": (somebody := make_user("somebody", "recorder", parks=["shuangfu"])).pk,
        "view": SavedView.objects.create(name="双福", owner=somebody, sharing="everybody", query="park=shuangfu").pk,
        "saved_table": SavedTable.objects.create(name="表", owner=somebody).pk,
        "fixed_table": FixedTable.objects.create(name="报", title="表", day=timezone.localdate(), made_by=somebody).pk,
        "batch": batch.pk,
        "bulk": BulkEdit.objects.create(digest="0" * 64).pk,
        "word": RememberedWord.objects.create(
            kind="park", key="双福新区", word="双福新区", code="shuangfu", decided_at=timezone.now()
        ).pk,
        "table": RememberedMapping.objects.create(
            key="0", kind="projects", headers=[["A", "名称"]], entry={}, decided_at=timezone.now()
        ).pk,
        "cluster": "equipment",
        "park": "shuangfu",
        "project": project.code,
        "commitment": project.commitments.get().pk,
        "arrival": project.arrivals.get().pk,
        "planned": project.planned_arrivals.create(year=2020, quarter=4, amount=5).pk,
        "obstacle": obstacle.pk,
        "attachment": paper.pk,
        "voided": make_project(park="shuangfu", agreed="1", voided="重复").code,
        "investor": make_investor("某某厂").pk,
        "merge": Merge.objects.create(kind="project", kept=1, gone=2).pk,
        "parted": NotTheSame.objects.create(kind="investor", one=1, other=2).pk,
    }


def address(name: str, things: dict[str, Any]) -> str:
    return reverse(name, kwargs={argument: things[thing] for argument, thing in TABLE[name][1].items()})


def close(response: Any) -> None:
    """Lets go of an answered file. The end of a request would close the connection, and what is shared with it."""
    request_finished.disconnect(close_old_connections)
    response.close()
    request_finished.connect(close_old_connections)


def everything() -> dict[str, list[dict]]:
    """All that the register holds, history included."""
    models = {
        model._meta.label: model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.app_label not in MACHINERY and model._meta.managed
    }
    # Most of the many tables are empty: which ones are not is asked in one go.
    asked = (f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM \"{one._meta.db_table}\")" for name, one in models.items())
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(asked))
        filled = {name for (name,) in cursor.fetchall()}
    held = {
        name: list(model._base_manager.order_by("pk").values()) if name in filled else []
        for name, model in models.items()
    }
    for row in held["accounts.User"]:
        row.pop("last_login")
    return held


def test_no_project_is_numbered_like_a_page() -> None:
    """/projects/bulk/ is a page: a project of that number could never be opened."""
    pages = [route.split("/")[1] for __, route in patterns() if re.fullmatch(r"projects/[^/<>]+/?", route)]
    assert {"new", "bulk", "export.csv"} <= set(pages)
    assert [page for page in pages if is_usable(page) or is_usable(page.upper())] == []


def test_every_url_is_in_the_table() -> None:
    ours = {name for name, __ in patterns() if name.split(":")[0] != ADMIN_SITE}
    assert ours == set(TABLE)


def test_a_visitor_without_a_login_is_sent_to_the_login(things: dict) -> None:
    before = everything()
    for name in TABLE:
        for method in ("get", "head", "options", *UNSAFE) if TABLE[name][0] is not Kind.OPEN else ():
            response = getattr(Client(), method)(address(name, things))
            assert response.status_code == 302, (name, method)
            assert response["Location"].startswith(f"{reverse('accounts:login')}?next="), (name, method)
    assert everything() == before


def test_objects_that_do_not_exist_look_the_same_without_a_login(things: dict) -> None:
    assert Client().get("/projects/JJ-1999-0001/").status_code == 302
    assert Client().get("/investors/999999/").status_code == 302


@pytest.mark.parametrize("name", names(Kind.OPEN))
def test_what_is_open_is_open(name: str) -> None:
    assert Client().get(reverse(name)).status_code == 200


def test_the_admin_site_is_closed_to_all_but_administrators(things: dict) -> None:
    visitors = [Client() for __ in range(5)]
    for client, role in zip(visitors[1:], ("recorder", "manager", "leader", "auditor"), strict=True):
        client.force_login(make_user(role, role, all_parks=role in {"recorder", "manager"}))
    before = everything()
    routes = [route for name, route in patterns() if name.split(":")[0] == ADMIN_SITE]
    assert len(routes) > 10
    for route in routes:
        url = "/" + route.replace("<path:object_id>", "1").replace("<path:content_type_id>", "1")
        url = url.replace("^(?P<app_label>auth)/$", "auth/").replace("(?P<url>.*)$", "nowhere")
        for client in visitors:
            for method in ("get", "post"):
                response = getattr(client, method)(url)
                if "login" in url or (client is not visitors[0] and url.split("/")[2] in {"logout", "nowhere"}):
                    continue  # the login itself; leaving; and what is not there
                assert response.status_code in {302, 403, 405}, (url, method)
                assert response.status_code != 302 or "login" in response["Location"], (url, method)
    assert everything() == before


def test_every_unsafe_request_without_a_token_is_refused(things: dict) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_user("chief", "admin"))
    before = everything()
    for name in TABLE.keys() - {"healthz"}:
        for method in UNSAFE:
            assert getattr(client, method)(address(name, things)).status_code == 403, (name, method)
    assert everything() == before


def test_the_health_page_only_looks() -> None:
    for method in UNSAFE:
        assert getattr(Client(), method)("/healthz").status_code == 405


@pytest.mark.parametrize("role", ["leader", "auditor"])
def test_who_only_looks_is_refused_and_changes_nothing(things: dict, client: Client, role: str) -> None:
    user = make_user(role, role)
    client.force_login(user)
    # A batch of its own, from before its role changed: seen, and still not written.
    ImportBatch.objects.update(user=user)
    BulkEdit.objects.update(user=user)
    before = everything()
    for name in names(Kind.WRITE, Kind.ADMIN):
        for method in UNSAFE:
            sent = {"reason": "x", "text": "x", "kind": "note", "name": "x"}
            status = getattr(client, method)(address(name, things), sent).status_code
            # 405 for a method that the URL does not know; what it knows is refused.
            assert status == 403 if method == "post" else status in {403, 405}, (name, method)
    assert everything() == before


@pytest.mark.parametrize("role", ["leader", "admin"])
def test_pages_to_look_at_know_no_unsafe_method(things: dict, client: Client, role: str) -> None:
    client.force_login(make_user(role, role))
    before = everything()
    for name in names(Kind.READ, Kind.READ_OWN, Kind.AUDIT_READ, Kind.ADMIN_READ):
        for method in UNSAFE:
            assert getattr(client, method)(address(name, things)).status_code == 405, (name, method)
    assert everything() == before


@pytest.mark.parametrize("role", ["recorder", "manager", "leader", "auditor"])
def test_what_is_the_administrators_is_refused_to_others(things: dict, client: Client, role: str) -> None:
    client.force_login(make_user(role, role, all_parks=role in {"recorder", "manager"}))
    before = everything()
    for name in names(Kind.ADMIN, Kind.ADMIN_READ):
        answers = {getattr(client, method)(address(name, things)).status_code for method in ("get", "post")}
        # A URL knows both methods or one of them; what it knows is refused.
        assert 403 in answers <= {403, 405}, name
    assert everything() == before


@pytest.mark.parametrize(
    ("kind", "roles"), [(Kind.READ_OWN, ["leader", "auditor"]), (Kind.AUDIT_READ, ["manager", "leader"])]
)
def test_what_some_look_at_is_refused_to_others(things: dict, client: Client, kind: Kind, roles: list[str]) -> None:
    for name in names(kind):
        for role in roles:
            client.force_login(User.objects.filter(username=role).first() or make_user(role, role, all_parks=True))
            assert client.get(address(name, things)).status_code == 403, (name, role)


@pytest.mark.parametrize("role", ["recorder", "manager", "leader", "auditor", "admin"])
def test_everybody_looks_at_everything(things: dict, client: Client, role: str) -> None:
    user = make_user(role, role, parks=["shuangfu"] if role == "recorder" else [], all_parks=role == "manager")
    client.force_login(user)
    ImportBatch.objects.update(user=user)
    BulkEdit.objects.update(user=user)
    # The batch's file is no ledger: what is made of it says so.
    unreadable = {"imports:detail", "imports:refused", "imports:sheet"}
    for name in names(Kind.READ):
        if name not in HELPS_TO_WRITE:
            response = client.get(address(name, things))
            assert response.status_code == (422 if name in unreadable else 200), name
            close(response)


def test_a_recorder_writes_its_own_parks_only(things: dict, client: Client) -> None:
    client.force_login(make_user("neighbour", "recorder", parks=["degan"]))
    before = {label: rows for label, rows in everything().items() if label.startswith("projects.")}
    for name in names(Kind.WRITE):
        response = client.post(address(name, things), {"reason": "x", "text": "x", "kind": "note", "name": "x"})
        if "code" in TABLE[name][1]:
            assert response.status_code == 403, name
    after = {label: rows for label, rows in everything().items() if label.startswith("projects.")}
    assert after == before


def test_a_recorder_sees_a_project_of_another_park_and_cannot_change_it(things: dict, client: Client) -> None:
    client.force_login(make_user("neighbour", "recorder", parks=["degan"]))
    project = Project.objects.get(code=things["project"])
    assert client.get(project.get_absolute_url()).status_code == 200
    assert client.get(f"{project.get_absolute_url()}edit/").status_code == 403


def test_a_recorder_writes_what_lies_in_its_park(things: dict, client: Client) -> None:
    make_park("inside", parent="shuangfu")
    project = make_project(park="inside", agreed="1")
    client.force_login(User.objects.get(pk=things["user"]))
    assert client.get(f"{project.get_absolute_url()}edit/").status_code == 200
    assert client.post(f"{project.get_absolute_url()}notes/", {"kind": "note", "text": "好"}).status_code == 302
    assert project.notes.get().author_id == things["user"]
    # Voiding is a manager's.
    assert client.post(f"{project.get_absolute_url()}void/", {"reason": "x"}).status_code == 403
