"""Random sequences of imports, edits and undos: every value exact, no later edit lost, in whatever order.

`UNDO_SEQUENCES=200` runs as many of them as a release wants; a run of the tests takes a few, each time the same.
"""

from __future__ import annotations

import os
import random
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction

from imports.batches import commit
from imports.grid import Sheet, Workbook
from imports.models import BatchState, ImportBatch
from imports.planning import make_plan
from imports.understanding import Request
from imports.undoing import plan_takeback, take_back
from jiangjin.integrity import all_invariants
from jiangjin.lib.dates import PartialDay
from jiangjin.lib.money import YI
from jiangjin.lib.takeback import NoWay
from projects import stages
from projects.choices import MilestoneKind
from projects.models import Investor, Project
from projects.registering import (
    AmbiguousInvestor,
    TypedCommitment,
    TypedInvestor,
    TypedMilestone,
    save_project,
    void_project,
    write_note,
)
from tests.builders import make_user
from tests.imports.undo_oracle import Oracle, Table, seen

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("vocabulary")]
SEQUENCES = int(os.environ.get("UNDO_SEQUENCES", "5"))
STEPS = 14
HEADER = [
    "项目编号",
    "项目名称",
    "投资方",
    "投资方/企业属性",
    "协议投资额（亿元）",
    "其中：新增（亿元）",
    "签约时间",
    "责任单位",
    "项目阶段",
    "计划投产时间",
    "实际开工时间",
    "进展情况",
    "挂帅领导",
    "落户园区",
]
WORDS = {
    "投资方": ["甲公司", "乙公司", "丙公司"],
    "投资方/企业属性": ["中国500强", "上市公司"],
    "协议投资额（亿元）": [20, 30, 62, 65],
    "其中：新增（亿元）": [5, 8],
    "签约时间": ["2020", "2020-06", "2020-06-30"],
    "责任单位": ["区商务委", "区经信委"],
    "项目阶段": ["已签约", "在建", "已投产"],
    "计划投产时间": ["2022", "2023-05"],
    "实际开工时间": ["2020-07-30", "2020-08"],
    "进展情况": ["已进场", "已封顶"],
    "挂帅领导": ["毛平", "李明"],
    "落户园区": ["双福", "德感"],
}
MONTHS = ["2020年7月", "2020年8月", "2020年9月"]


class Play:
    """A register that things happen to, and the oracle that watches."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.user = make_user(f"person{seed}", role="manager", all_parks=True)
        self.oracle = Oracle()
        self.batches: list[ImportBatch] = []
        self.told = [f"seed {seed}"]
        self.codes = [f"P-{seed}-{number}" for number in range(self.chance.randint(3, 5))]

    def step(self) -> None:
        act = self.chance.choice([self.bring, self.bring, self.arrivals, self.edit, self.edit, *[self.take_back] * 4])
        act()

    def check(self) -> None:
        actual = seen()
        assert_same(actual, self.oracle.expected(actual), self.told)
        assert self.oracle.lost_edits(actual) == [], self.told
        assert [problem for one in all_invariants() for problem in one.find()] == [], self.told

    def _write(self, sheet: Sheet, word: str) -> None:
        before = seen()
        made = make_plan(Workbook("xlsx", [sheet]), Request())
        batch = ImportBatch.objects.create(filename=f"{word}.xlsx", sha256="0" * 64)
        commit(made, batch=batch, skip_refused=True)
        self.batches.append(batch)
        self.oracle.watch(before, seen(), batch.pk)
        self.told.append(f"{word} #{batch.pk}: {sheet.rows[1:]}")

    def bring(self) -> None:
        """A ledger of some of the projects, with some of the columns, filled in here and there."""
        columns = self.chance.sample(sorted(WORDS), self.chance.randint(2, 6))
        rows: list[list[Any]] = [["项目编号", "项目名称", *columns]]
        for code in self.chance.sample(self.codes, self.chance.randint(1, len(self.codes))):
            name = f"项目{code}" + self.chance.choice(["", "", "改"])
            cells = [self.chance.choice([None, *WORDS[column]]) for column in columns]
            rows.append([code, name, *(Decimal(cell) if isinstance(cell, int) else cell for cell in cells)])
        self._write(Sheet("台账", rows), "ledger")

    def arrivals(self) -> None:
        """A table of arrivals; a month again replaces it."""
        known = sorted(Project.objects.filter(voided_at=None).values_list("code", flat=True))
        if not known:
            return
        months = self.chance.sample(MONTHS, 2)
        rows: list[list[Any]] = [["项目编号", *(f"{month}到位资金（万元）" for month in months)]]
        for code in self.chance.sample(known, min(2, len(known))):
            rows.append([code, *(Decimal(self.chance.choice([100, 250, 900])) for __ in months)])
        self._write(Sheet("到位", rows), "arrivals")

    def edit(self) -> None:
        """A person saves a project's page, writes a note, or voids it."""
        # Nobody writes a voided one.
        project = self.chance.choice(list(Project.objects.counted().filter(merged_into=None)) or [None])
        if project is None:
            return
        before = seen()
        what = self.chance.random()
        if what < 0.2:
            write_note(project=project, kind="note", text=f"第{len(self.told)}步", user=self.user)
        elif what < 0.25:
            void_project(project=project, reason="重复", user=self.user)
        else:
            try:
                self._save(project)
            except AmbiguousInvestor as error:  # an undo brought a namesake back, and the project has neither
                twins = Investor.objects.filter(name=error.name, merged_into=None)
                assert len(twins) > 1, self.told
                assert not project.participations.filter(investor__in=twins), self.told
                assert seen() == before
                return
        self.oracle.watch(before, seen(), None)
        self.told.append(f"edit {project.code} {what:.2f}")

    def _save(self, project: Project) -> None:
        chance, stored = self.chance, project.version
        if chance.random() < 0.4:
            project.lead_unit = chance.choice(["", "区招商局"])
        if chance.random() < 0.3:
            project.name = f"{project.name[:20]}手"
        commitments = [
            TypedCommitment(one.kind, abs(one.amount), one.committed_on, one.note, one.pk)
            for one in project.commitments.order_by("pk")
        ]
        if chance.random() < 0.5 or not commitments:
            rest = commitments[1:] if commitments else []
            first = commitments[0] if commitments else TypedCommitment("initial", YI, project.signed_on)
            typed = TypedCommitment(first.kind, chance.choice([11, 12]) * YI, first.committed_on, "手工", first.pk)
            commitments = [typed, *rest]
        if chance.random() < 0.2:
            commitments.append(TypedCommitment("increase", 3 * YI, PartialDay(2021)))
        investors = [
            TypedInvestor(part.investor.name, part.role, part.share)
            for part in project.participations.select_related("investor")
        ]
        if chance.random() < 0.3:
            investors = [TypedInvestor(chance.choice(["甲公司", "丁公司"]), "lead")]
        milestones = [
            TypedMilestone(one.kind, one.planned_on, one.actual_on, one.reached) for one in project.milestones.all()
        ]
        if chance.random() < 0.4:
            kind = chance.choice([MilestoneKind.STARTED, MilestoneKind.PRODUCTION])
            # A ledger may plan the production for 2022 or later: it would only be told of an order that it breaks.
            early, late = [PartialDay(2021), PartialDay(2022, 6)], [PartialDay(2022), PartialDay(2024)]
            planned = chance.choice(early if kind == MilestoneKind.STARTED else late)
            was_reached = any(one.reached for one in milestones if one.kind == kind)  # going back asks for a reason
            actual = chance.choice([None, PartialDay(2021, 5)])
            changed = [one for one in milestones if one.kind != kind]
            changed.append(TypedMilestone(kind, planned, actual, was_reached))
            if in_order(project, changed):  # else the page refuses them
                milestones = changed
        official = project.lead_official
        save_project(
            project=project,
            version=stored,
            official=(official.name, official.post) if official else ("", ""),
            investors=investors,
            commitments=commitments,
            milestones=milestones,
            user=self.user,
        )

    def take_back(self) -> None:
        """An undo, or the undo of one, now and then against some of the later edits."""
        if not self.batches:
            return
        batch = self.chance.choice(self.batches)
        batch.refresh_from_db()
        self.turn(batch, chance_to_force=0.15)

    def turn(self, batch: ImportBatch, chance_to_force: float) -> None:
        back = batch.state == BatchState.COMMITTED
        try:
            plan = plan_takeback(batch, user=None)
        except NoWay:  # everything of it is held back: nothing may say otherwise
            assert not back
            with pytest.raises(NoWay):
                take_back(batch=batch, user=self.user, back=back)
            return self.check()
        open_ones = [one.choice for one in plan.conflicts if one.may_choose]
        choices = frozenset(one for one in open_ones if self.chance.random() < chance_to_force)
        plan.settle(choices)
        if not back and plan.is_empty and plan.obstacles:  # held back as a whole, with what was chosen as well
            with pytest.raises(NoWay):
                take_back(batch=batch, user=self.user, back=back, digest=plan.digest, choices=choices)
            return self.check()
        take_back(batch=batch, user=self.user, back=back, digest=plan.digest, choices=choices)
        (self.oracle.undone.add if back else self.oracle.undone.discard)(batch.pk)
        self.oracle.loose |= {one.key for one in plan.obstacles.values()}
        self.oracle.decide(batch.pk, plan.decided, seen())
        self.told.append(f"{'undo' if back else 'redo'} #{batch.pk} {sorted(choices)} {list(plan.obstacles)}")
        self.check()


def in_order(project: Project, milestones: list[TypedMilestone]) -> bool:
    days = {"signed_on": project.signed_on}
    for one in milestones:
        days[stages.ACTUAL_FIELD[one.kind]] = one.actual_on
        days[stages.PLANNED_FIELD.get(one.kind, "")] = one.planned_on
    return not stages.broken_order(days)


def assert_same(actual: Table, expected: Table, told: list[str]) -> None:
    rows = {key: (actual.get(key), expected.get(key)) for key in {**actual, **expected}}
    wrong = {
        key: "more" if want is None else "less" if is_now is None else {
            name: (is_now[name], want[name]) for name in want if is_now[name] != want[name]
        }
        for key, (is_now, want) in rows.items()
        if is_now != want
    }  # fmt: skip
    assert not wrong, (wrong, told)


def test_whatever_happened_the_register_is_right() -> None:
    for seed in range(SEQUENCES):
        with transaction.atomic():
            play = Play(seed)
            for __ in range(STEPS):
                play.step()
            # In the end everything is taken back, in any order: what people wrote is left, and nothing else.
            for batch in play.chance.sample(play.batches, len(play.batches)):
                batch.refresh_from_db()
                if batch.state == BatchState.COMMITTED:
                    play.turn(batch, chance_to_force=0)
            transaction.set_rollback(True)
