"""Two at once: whoever saves second sees both versions and nothing is overwritten in silence.

Real threads with connections of their own. A barrier holds each of them after it has read and before it writes, so that
every round is the worst case; who is first then is chance.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from functools import partial
from pathlib import Path
from threading import Barrier
from typing import Any
from urllib.parse import urlencode

import pytest
from django.core.files.base import ContentFile
from django.db import connections
from django.db.models import Sum
from django.http import QueryDict
from django.test import Client

from accounts.models import User
from imports import batches
from imports.models import ImportBatch
from imports.writing import PlanOutdated
from jiangjin.lib.money import YI
from projects import bulk, registering, restoring
from projects.bulk_writing import PreviewOutdated, edit_many
from projects.editing import ProjectForms
from projects.models import CapitalArrival, Project
from tests.builders import make_park, make_project, make_user
from tests.projects.typed import typed

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE = 30  # seconds; a broken barrier fails the test instead of hanging it


@pytest.fixture
def pair(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> Iterator[Pair]:
    """Two threads; the form waits for the other one between its reading and its writing."""
    settings.MEDIA_ROOT = tmp_path
    both = Pair()
    save = ProjectForms.save

    def save_together(forms: ProjectForms) -> Project | None:
        both.barrier.wait(PATIENCE)
        return save(forms)

    monkeypatch.setattr(ProjectForms, "save", save_together)
    yield both
    both.close()


class Pair:
    """Two threads that keep their connections from round to round."""

    def __init__(self) -> None:
        self.barrier = Barrier(2)
        self.threads = [ThreadPoolExecutor(1), ThreadPoolExecutor(1)]

    def run(self, *jobs: Callable[[], Any]) -> list[Any]:
        """What both of them return, or the exception of the one that was refused."""
        futures = [thread.submit(job) for thread, job in zip(self.threads, jobs, strict=True)]
        return [future.exception(PATIENCE) or future.result() for future in futures]

    def close(self) -> None:
        for thread in self.threads:
            thread.submit(connections.close_all).result(PATIENCE)
            thread.shutdown()


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def chief() -> User:
    return make_user("chief", role="manager", all_parks=True)


@pytest.fixture
def project() -> Project:
    make_park("shuangfu")
    return make_project("甲", code="P-001", park="shuangfu", agreed="2", joint=["第二公司"])


def sent(project: Project, **fields: Any) -> dict[str, Any]:
    """The project's form as it was opened, with these fields typed over."""
    (row,) = project.commitments.all()
    as_opened = {
        "name": project.name,
        "code": project.code,
        "park": project.park_id,
        "signed_on": "2020-06-30",
        "lead_unit": project.lead_unit,
        "tags": project.tags,
        "remarks": project.remarks,
        "version": project.version,
        "investors": [{"name": "重庆某某有限公司", "role": "lead"}, {"name": "第二公司", "role": "joint"}],
        "commitments": [
            {"pk": row.pk, "kind": "initial", "amount": f"{row.amount / YI:f}", "committed_on": "2020-06-30"}
        ],
    }
    return typed(**as_opened | fields)


def query_dict(data: dict[str, Any]) -> QueryDict:
    return QueryDict(urlencode(data))


def both_typed(number: int, project: Project) -> list[dict[str, Any]]:
    """What two people type who opened the same page: different fields in one round, the same field in the next."""
    mine = {"lead_unit": f"单位甲{number}"}
    if number % 2:
        return [mine, {"lead_unit": f"单位乙{number}", "remarks": f"备注乙{number}"}]
    other = [{"remarks": f"备注乙{number}"}, {"commitments": [_agreed(project, number)]}][number // 2 % 2]
    return [mine, other]


def _agreed(project: Project, number: int) -> dict[str, Any]:
    (row,) = project.commitments.all()
    return {"pk": row.pk, "kind": "initial", "amount": str(number + 5), "committed_on": "2020-06-30"}


def stands(project: Project) -> dict[str, Any]:
    """What of the project these rounds change."""
    project.refresh_from_db()
    (row,) = project.commitments.all()
    assert row.amount == project.agreed_capital
    return {"lead_unit": project.lead_unit, "remarks": project.remarks, "commitments": row.amount / YI}


def wanted(fields: dict[str, Any]) -> dict[str, Any]:
    """The same of what somebody typed."""
    return {name: Decimal(value[0]["amount"]) if name == "commitments" else value for name, value in fields.items()}


def save_form(pk: int, data: QueryDict, user: User) -> ProjectForms:
    """What the page does with a sent form (projects/views.py), without the page."""
    forms = ProjectForms(data, project=Project.objects.get(pk=pk), user=user)
    assert forms.is_valid(), forms.mistakes
    saved = forms.save()
    assert (saved is None) == forms.conflict, forms.mistakes
    return forms


def test_a_hundred_times_two_editors_and_nobody_is_overwritten(pair: Pair, chief: User, project: Project) -> None:
    users = [chief, make_user("second", role="manager", all_parks=True)]
    versions = 0
    for number in range(100):
        before, version = stands(project), project.version
        values = both_typed(number, project)
        data = [query_dict(sent(project, **fields)) for fields in values]
        jobs = [partial(save_form, project.pk, *args) for args in zip(data, users, strict=True)]
        conflicts = [forms.conflict for forms in pair.run(*jobs)]
        after = stands(project)
        if number % 2:
            assert sorted(conflicts) == [False, True], number
            won = wanted(values[conflicts.index(False)])
            assert (after, project.version) == (before | won, version + 1), number
        else:  # nobody is asked, and what neither of them touched or only the other one did is as it was written
            assert conflicts == [False, False], number
            assert (after, project.version) == (before | wanted(values[0]) | wanted(values[1]), version + 2), number
        versions += project.version - version
    assert Project.history.filter(history_type="~").count() == versions == 150


def test_the_page_shows_both_versions(pair: Pair, chief: User, project: Project) -> None:
    clients = [client_of(chief), client_of(make_user("second", role="manager", all_parks=True))]
    edit = f"{project.get_absolute_url()}edit/"
    for number in range(1, 12, 2):
        project.refresh_from_db()
        values = both_typed(number, project)
        forms = [sent(project, **fields) for fields in values]
        jobs = [partial(client.post, edit, form) for client, form in zip(clients, forms, strict=True)]
        answers = pair.run(*jobs)
        assert sorted(answer.status_code for answer in answers) == [302, 409], answers
        html = next(answer.content.decode() for answer in answers if answer.status_code == 409)
        assert all(value in html for fields in values for value in fields.values()), "both stand on the page"


def test_an_editor_and_an_import_write_one_after_the_other(pair: Pair, chief: User, project: Project) -> None:
    client, edit = client_of(chief), f"{project.get_absolute_url()}edit/"
    for number in range(8):
        project.refresh_from_db()
        batch, made = _preview(chief, f"项目编号,项目名称,协议投资额（亿元）\nP-001,甲,{number + 5}\n")

        def write(made: Any = made, batch: ImportBatch = batch) -> str:
            pair.barrier.wait(PATIENCE)
            batches.commit(made, batch=batch, skip_refused=False)
            return "written"

        form = sent(project, remarks=f"备注{number}")
        edited, imported = pair.run(lambda form=form: client.post(edit, form), write)
        before = project.agreed_capital
        project.refresh_from_db()
        # Whoever is second: the form never takes back what the file changed, and what was typed is written.
        assert edited.status_code == 302
        assert project.remarks == f"备注{number}"
        if isinstance(imported, PlanOutdated):
            assert project.agreed_capital == before
        else:
            assert (imported, project.agreed_capital) == ("written", (number + 5) * YI)
        assert project.agreed_capital == project.commitments.aggregate(sum=Sum("amount"))["sum"]


def test_arrivals_that_come_while_somebody_edits_are_kept(pair: Pair, chief: User, project: Project) -> None:
    client, edit = client_of(chief), f"{project.get_absolute_url()}edit/"
    for number in range(8):
        project.refresh_from_db()
        head = "2020年到位资金,,,\n单位：万元,,,\n项目编号,项目名称,2020年1月,2020年2月\n"
        batch, made = _preview(chief, f"{head}P-001,甲,{number + 1},{number + 2}\n")
        assert made.plan.kind == "arrivals"

        def write(made: Any = made, batch: ImportBatch = batch) -> str:
            pair.barrier.wait(PATIENCE)
            batches.commit(made, batch=batch, skip_refused=False)
            return "written"

        form = sent(project, remarks=f"备注{number}")
        edited, imported = pair.run(lambda form=form: client.post(edit, form), write)
        assert edited.status_code == 302
        assert imported == "written" or isinstance(imported, PlanOutdated)
        project.refresh_from_db()
        assert project.remarks == f"备注{number}"
        assert project.agreed_capital == 2 * YI
        assert project.arrived_capital == CapitalArrival.objects.aggregate(sum=Sum("amount"))["sum"]


def test_voiding_and_restoring_take_nothing_back_that_others_saved(
    pair: Pair, chief: User, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, edit = client_of(chief), f"{project.get_absolute_url()}edit/"
    for number in range(8):
        project.refresh_from_db()
        read = Project.objects.get(pk=project.pk)

        def void(read: Project = read) -> str:
            pair.barrier.wait(PATIENCE)
            registering.void_project(project=read, reason="重复", user=chief)
            return "voided"

        form = sent(project, remarks=f"备注{number}")
        edited, voided = pair.run(lambda form=form: client.post(edit, form), void)
        assert voided == "voided"
        project.refresh_from_db()
        assert project.is_voided
        if edited.status_code == 302:
            assert project.remarks == f"备注{number}"
        else:
            assert f"备注{number}" in edited.content.decode()
        registering.restore_project(project=project, user=chief)


def test_an_earlier_value_comes_back_on_what_was_seen_or_not_at_all(pair: Pair, chief: User, project: Project) -> None:
    client, edit = client_of(chief), f"{project.get_absolute_url()}edit/"
    source = project.history.first().history_id  # then nothing was written under `lead_unit`
    project.lead_unit = "区府"
    project.save()
    for number in range(8):
        project.refresh_from_db()
        version, before = project.version, project.lead_unit

        def restore(version: int = version) -> Any:
            pair.barrier.wait(PATIENCE)
            return restoring.restore_value(
                project=project, version=version, field="lead_unit", source=source, user=chief
            )

        form = sent(project, lead_unit=f"单位{number}")
        edited, restored = pair.run(lambda form=form: client.post(edit, form), restore)
        project.refresh_from_db()
        if isinstance(restored, registering.ConcurrentEdit):
            assert (edited.status_code, project.lead_unit) == (302, f"单位{number}")
            assert project.version == version + 1
        elif edited.status_code == 302:  # it said already what was brought back
            assert (before, project.lead_unit, project.version) == ("", f"单位{number}", version + 2)
        else:
            assert (edited.status_code, project.lead_unit, project.version) == (409, "", version + 1)
            assert f"单位{number}" in edited.content.decode()


def test_an_editor_and_a_bulk_change_write_one_after_the_other(pair: Pair, chief: User, project: Project) -> None:
    client, edit = client_of(chief), f"{project.get_absolute_url()}edit/"
    make_project("乙", code="P-002", park="shuangfu")
    select = partial(bulk.selection_of, QueryDict("park=shuangfu"), None, user=chief)
    for number in range(8):
        project.refresh_from_db()
        wanted = bulk.Wanted(lead_unit=f"单位{number}", added_tags=(f"标签{number}",))
        digest = bulk.plan_of(select(), wanted, user=chief).digest

        def write(wanted: bulk.Wanted = wanted, digest: str = digest) -> str:
            pair.barrier.wait(PATIENCE)
            edit_many(select=select, wanted=wanted, user=chief, digest=digest, leave_out=False)
            return "written"

        form = sent(project, remarks=f"备注{number}")
        edited, changed = pair.run(lambda form=form: client.post(edit, form), write)
        version, tags, unit = project.version, project.tags, project.lead_unit
        project.refresh_from_db()
        assert edited.status_code == 302
        assert project.remarks == f"备注{number}"
        if isinstance(changed, PreviewOutdated):
            assert (project.lead_unit, project.tags, project.version) == (unit, tags, version + 1)
        else:
            assert changed == "written"
            assert (project.lead_unit, project.tags) == (f"单位{number}", f"{tags}、标签{number}".strip("、"))
            assert project.version == version + 2


def _preview(user: User, text: str) -> tuple[ImportBatch, Any]:
    batch = batches.bring_file(file=ContentFile(text.encode()), filename="a.csv", user=user)
    made = batches.preview(batch, user=user)
    assert made.plan.count("update") + made.plan.count("create") == 1, made.plan
    assert isinstance(made.plan.agreed_capital, Decimal)
    return batch, made
