"""Promises about the project's own files."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import polib
import pytest
import yaml

from tests.site.sites import ROOT

SKIPPED = {".venv", ".git", "var", "node_modules", "__pycache__", "test-artifacts"}
# Joined here, so that this file does not hold them itself.
REGISTRY_HOSTS = [
    "pypi" + ".org", "python" + "hosted.org", "npmjs" + ".org", "npmjs" + ".com", "deb." + "debian.org",
    "tuna.tsinghua" + ".edu.cn", "mirrors." + "aliyun.com",
]  # fmt: skip
READERS = {"env_str", "env_bool", "env_int", "env_list", "env_day", "env_secret"}
# A reference of the form {name} or %(name)s must be in the translation exactly as in the source.
PLACEHOLDER = re.compile(r"%\(\w+\)[sd.\d]*[sdf]|\{\w+\}")


def project_files() -> Iterator[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode == 0:
        candidates = [ROOT / name for name in listed.stdout.split("\0") if name]
    else:
        candidates = [path for path in ROOT.rglob("*") if not SKIPPED & set(path.relative_to(ROOT).parts)]
    return (path for path in candidates if path.is_file())


def python_files() -> list[Path]:
    rooms = ("accounts", "imports", "industries", "jiangjin", "parks", "projects", "reports")
    return [path for room in rooms for path in (ROOT / room).rglob("*.py")]


def variables_read() -> set[str]:
    """Every environment variable that the product's code reads through `jiangjin.lib.env`."""
    names = set()
    for path in python_files():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in READERS:
                first = node.args[0]
                assert isinstance(first, ast.Constant), f"{path}: a variable's name must stand in the code"
                names.add(first.value)
                if node.func.id == "env_secret":
                    names.add(f"{first.value}_FILE")
    return names


def test_every_setting_is_documented_and_nothing_else() -> None:
    text = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    documented = set(re.findall(r"^\| `([A-Z_]+)` \|", text, re.MULTILINE))
    assert documented == variables_read()


def test_compose_sets_only_known_variables() -> None:
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    assert set(compose["services"]) == {"web", "db"}
    assert set(compose["services"]["web"]["environment"]) <= variables_read()
    for service in compose["services"].values():
        assert service["healthcheck"]
        assert service["restart"] == "unless-stopped"


def test_no_file_names_a_package_registry() -> None:
    found = []
    for path in project_files():
        content = path.read_bytes()
        found += [f"{path.relative_to(ROOT)}: {host}" for host in REGISTRY_HOSTS if host.encode() in content]
    assert found == []


@pytest.mark.parametrize("name", ["app", "dev"])
def test_requirements_are_pinned_hashed_and_without_addresses(name: str) -> None:
    text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
    assert not re.search(r"https?://|file:|index-url|find-links", text)
    entries = [entry for entry in re.split(r"\n(?=\S)", text.strip()) if not entry.startswith("#")]
    assert len(entries) > 10
    for entry in entries:
        assert re.match(r"[A-Za-z0-9_.-]+(\[[a-z,]+\])?==\S+", entry), entry
        assert "--hash=sha256:" in entry, entry


def test_both_lists_agree() -> None:
    def pins(name: str) -> dict[str, str]:
        text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
        return dict(re.findall(r"^([A-Za-z0-9_.-]+)(?:\[[a-z,]+\])?==(\S+)", text, re.MULTILINE))

    assert pins("app").items() <= pins("dev").items()


def test_decisions_are_numbered_and_short() -> None:
    notes = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    assert [note.name[:4] for note in notes] == [f"{number:04}" for number in range(1, len(notes) + 1)]
    for note in notes:
        assert len(note.read_text(encoding="utf-8").splitlines()) <= 30, note.name


def test_the_licence_is_the_whole_one() -> None:
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "Apache License" in text
    assert "END OF TERMS AND CONDITIONS" in text


def test_catalogues_are_complete() -> None:
    """Every message translated, none in doubt, with no placeholder that its source lacks."""
    paths = list((ROOT / "locale").glob("*/LC_MESSAGES/*.po"))
    assert paths
    for entry in (entry for path in paths for entry in polib.pofile(str(path)) if not entry.obsolete):
        assert entry.translated(), f"{entry.msgid!r} has no translation"
        source = set(PLACEHOLDER.findall(entry.msgid + entry.msgid_plural))
        for text in [entry.msgstr, *entry.msgstr_plural.values()]:
            assert set(PLACEHOLDER.findall(text)) <= source, f"{entry.msgid!r}: {text!r}"
