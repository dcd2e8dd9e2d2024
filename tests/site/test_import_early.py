"""A file that `import_projects` begins to read before Django is there: what is said and written is the same."""

import json
from pathlib import Path

import pytest

from tests.imports.books import ledger
from tests.site.sites import Site

ROWS = 3000  # more than a frame holds


@pytest.fixture
def large(tmp_path: Path) -> Path:
    rows = ([f"K-{number:04d}", f"津沙项目{number:04d}号", f"重庆津沙{number:04d}有限公司"] for number in range(ROWS))
    return ledger(tmp_path / "台账.xlsx", *rows)


def test_first_or_last_or_between_its_options_the_file_is_read(site: Site, large: Path) -> None:
    for call in ([str(large), "--dry-run", "--json"], ["--json", "--dry-run", str(large)]):
        result = site.run("import_projects", *call)
        assert (result.returncode, json.loads(result.stdout)["create"]) == (0, ROWS), result.stderr
    result = site.run("import_projects", "--kind", "projects", str(large), "--json")
    assert (result.returncode, json.loads(result.stdout)["create"]) == (0, ROWS), result.stderr
    assert site.rows("SELECT COUNT(*) FROM projects_project") == [(ROWS,)]


def test_a_call_that_cannot_be_followed_says_so_all_the_same(site: Site, large: Path) -> None:
    result = site.run("import_projects", str(large), "--user", "nobody", "--json")
    assert (result.returncode, json.loads(result.stdout)["errors"][0]["code"]) == (2, "no_such_user")
    result = site.run("import_projects", str(large), "--nonsense", "--json")
    assert (result.returncode, json.loads(result.stdout)["errors"][0]["code"]) == (2, "usage")
    result = site.run("import_projects", str(large), "--json", IMPORT_MAX_ROWS="100")
    assert (result.returncode, json.loads(result.stdout)["errors"][0]["code"]) == (2, "too_many_rows")
    result = site.run("import_projects", str(large), IMPORT_MAX_ROWS="many")
    assert result.returncode == 1
    assert "IMPORT_MAX_ROWS" in result.stderr
