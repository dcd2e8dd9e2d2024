"""Random sequences of imports, edits, mergings and what takes them back: the same oracle as for imports alone.

`MERGE_SEQUENCES=200` runs as many of them as a release wants; a run of the tests takes a few, each time the same.
"""

from __future__ import annotations

import os

import pytest
from django.db import transaction

from imports.merge_undoing import MergedSince, plan_merge_takeback, take_merge_back
from imports.mergechoices import GONE, KEPT
from imports.merging import CannotMerge, merge_projects, pair_of
from imports.models import BatchState, ImportRow, Merge
from projects.models import Project
from tests.imports.test_undo_random import Play, assert_same
from tests.imports.undo_oracle import seen

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("vocabulary")]
SEQUENCES = int(os.environ.get("MERGE_SEQUENCES", "4"))
STEPS = 16


class MergingPlay(Play):
    """Mergings stand in the oracle beside the imports, under their negative number."""

    def step(self) -> None:
        acts = [self.bring, self.bring, self.arrivals, self.edit, self.edit, self.take_back, *[self.merge] * 3]
        self.chance.choice([*acts, *[self.part] * 2])()

    def merge(self) -> None:
        """Two of the projects become one, by choices of all sorts."""
        projects = list(Project.objects.counted().order_by("pk"))
        if len(projects) < 2:
            return
        kept, gone = self.chance.sample(projects, 2)
        pair = pair_of(kept.pk, gone.pk)
        chosen = {choice.name: self.chance.choice([KEPT, GONE]) for choice in pair.choices}
        if pair.agreed:
            chosen["commitments"] = self.chance.choice(list(pair.agreed))
        before = seen()
        try:
            done = merge_projects(kept=kept, gone=gone, chosen=chosen, fingerprint=pair.fingerprint, user=self.user)
        except CannotMerge:
            assert seen() == before
            return
        self.oracle.watch(before, seen(), -done.pk)
        self.told.append(f"merge #{done.pk} {gone.code} into {kept.code} {chosen}")
        self.check()

    def part(self) -> None:
        """A merging is taken back, whichever; what was merged on is left."""
        done = self.chance.choice(list(Merge.objects.filter(undone=False).order_by("pk")) or [None])
        if done is not None:
            self.take_merge_back(done)

    def take_merge_back(self, done: Merge) -> None:
        try:
            plan = plan_merge_takeback(done, user=self.user)
        except MergedSince:
            return
        take_merge_back(merge=done, user=self.user, digest=plan.digest)
        self.oracle.undone.add(-done.pk)
        self.oracle.loose |= {one.key for one in plan.obstacles.values()}
        self.told.append(f"part #{done.pk} {list(plan.obstacles)}")
        self.check()


def test_whatever_was_merged_the_register_is_right() -> None:
    merged = 0
    for seed in range(SEQUENCES):
        with transaction.atomic():
            play = MergingPlay(seed)
            for __ in range(STEPS):
                play.step()
            merged += Merge.objects.count()
            # In the end everything is taken back: what people wrote is left, and nothing else.
            for done in Merge.objects.filter(undone=False).order_by("-pk"):
                play.take_merge_back(done)
            assert not Project.objects.exclude(merged_into=None).exists(), play.told
            for batch in play.chance.sample(play.batches, len(play.batches)):
                batch.refresh_from_db()
                if batch.state == BatchState.COMMITTED:
                    play.turn(batch, chance_to_force=0)
            actual = seen()
            assert_same(actual, play.oracle.expected(actual), play.told)
            assert not ImportRow.objects.filter(project__voided_at__isnull=False, project__merged_into=None).exclude(
                project__void_reason="重复"
            )
            transaction.set_rollback(True)
    assert merged
