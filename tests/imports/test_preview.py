"""What a preview says: every amount that differs looks different, what was left out is named, nothing is said twice."""

import re
from pathlib import Path

import pytest
from django.test import Client

from accounts.models import User
from tests.builders import make_project, make_user
from tests.imports.books import ledger
from tests.imports.bringing import bring, client_of, confirm, digest_of, last_batch, preview_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("vocabulary")]
HEADER = ("项目编号", "项目名称", "落户园区", "协议投资额（万元）")


@pytest.fixture
def manager() -> User:
    return make_user("manager", role="manager", all_parks=True)


@pytest.fixture
def client(manager: User) -> Client:
    return client_of(manager)


def text_of(response) -> str:
    """What a person reads of a page: without tags, blanks collapsed."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def test_amounts_that_differ_look_different(client: Client, tmp_path: Path) -> None:
    make_project("甲", code="P-1", park="shuangfu", agreed="1.2")
    rows = [["P-1", "甲", "双福", 12003], ["P-2", "乙", "双福", 5], ["合计", None, None, 12009]]
    bring(client, ledger(tmp_path / "a.xlsx", *rows, header=HEADER))
    batch = last_batch()
    page = preview_of(client, batch)
    seen = text_of(page)
    assert "1.20 → 1.2003" in seen
    assert "1.2009 1.2008 −0.0001" in seen
    assert "0.0005" in text_of(preview_of(client, batch, "create"))
    assert "1.2009" in text_of(preview_of(client, batch, "warnings"))
    confirm(client, batch, digest_of(page))
    written = text_of(client.get(f"/imports/{batch.pk}/"))
    assert "1.20 → 1.2003" in written
    assert "0.0005" in written
