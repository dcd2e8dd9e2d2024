"""What pages are made of: vendored files are the ones listed, nothing comes from elsewhere, nothing is inline."""

import hashlib
import json
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles.management.commands.collectstatic import Command as Collectstatic
from django.template import engines
from django.test import override_settings
from django.urls import reverse
from whitenoise.storage import CompressedManifestStaticFilesStorage

STATIC = settings.BASE_DIR / "static"
TEMPLATES = settings.BASE_DIR / "templates"
MANIFEST = json.loads((STATIC / "vendor" / "MANIFEST.json").read_text(encoding="utf-8"))

OUR_TEMPLATES = sorted(TEMPLATES.rglob("*.html"))
OUR_CODE = [*sorted((STATIC / "css").glob("*.css")), *sorted((STATIC / "js").glob("*.js"))]
COMMENT = re.compile(r"{#.*?#}|{% comment %}.*?{% endcomment %}", re.DOTALL)


def name_of(path: Path) -> str:
    return path.relative_to(settings.BASE_DIR).as_posix()


def source_of(path: Path) -> str:
    return COMMENT.sub("", path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("entry", MANIFEST, ids=lambda entry: entry["file"])
def test_vendored_file_is_the_one_listed(entry: dict[str, str]) -> None:
    assert hashlib.sha256((STATIC / entry["file"]).read_bytes()).hexdigest() == entry["sha256"]
    assert entry["licence"] in {"MIT", "0BSD", "Apache-2.0"}


def test_every_vendored_file_is_listed() -> None:
    listed = {entry["file"] for entry in MANIFEST}
    there = {path.relative_to(STATIC).as_posix() for path in (STATIC / "vendor").glob("*/*")}
    assert there <= listed
    folders = {path.parent.as_posix() for path in map(Path, there)}
    assert all(f"{folder}/LICENSE" in listed for folder in folders)


def test_vendored_files_name_no_source_map() -> None:
    for entry in MANIFEST:
        if entry["file"].endswith((".css", ".js")):
            assert b"sourceMappingURL" not in (STATIC / entry["file"]).read_bytes()


@pytest.mark.parametrize("path", [*OUR_TEMPLATES, *OUR_CODE], ids=name_of)
def test_nothing_comes_from_another_origin(path: Path) -> None:
    text = source_of(path).replace("http://www.w3.org/", "")
    assert not re.search(r"https?://|(?:src|href|url\()[=\"'(]*//", text)


@pytest.mark.parametrize("path", OUR_TEMPLATES, ids=name_of)
def test_nothing_is_inline(path: Path) -> None:
    text = source_of(path)
    assert not re.search(r"<style\b", text)
    assert not re.search(r"\sstyle\s*=", text)
    assert not re.search(r"<[^>%]*\son[a-z]+\s*=", text)
    assert not re.search(r"hx-on\b|javascript:", text)
    for attributes, body in re.findall(r"<script\b(.*?)>(.*?)</script>", text, re.DOTALL):
        assert "src=" in attributes
        assert not body.strip()


@pytest.mark.parametrize("path", OUR_TEMPLATES, ids=name_of)
def test_template_compiles(path: Path) -> None:
    engines["django"].get_template(path.relative_to(TEMPLATES).as_posix())


def test_icons_that_pages_use_are_in_the_sprite() -> None:
    there = set(re.findall(r'<symbol id="([^"]+)"', (STATIC / "img" / "icons.svg").read_text(encoding="utf-8")))
    used = {name for path in OUR_TEMPLATES for name in re.findall(r'{% icon "([^"]+)"', source_of(path))}
    assert used
    assert used <= there


def test_links_of_the_frame_lead_somewhere() -> None:
    """`{% url … as … %}` leaves a wrong name empty without a word, so the frame's names are tried here."""
    for path in [TEMPLATES / "base.html", *(TEMPLATES / "components").glob("*.html")]:
        for name in re.findall(r'{% url "([^"]+)" as ', source_of(path)):
            assert reverse(name).startswith("/")


def test_static_files_that_pages_name_exist() -> None:
    for path in OUR_TEMPLATES:
        for file in re.findall(r"""{% static ["']([^"']+)["'] %}""", source_of(path)):
            assert file.startswith("admin/") or (STATIC / file).is_file(), f"{name_of(path)} names {file}"


def test_style_sheets_use_only_colours_that_exist() -> None:
    sheets = "\n".join(path.read_text(encoding="utf-8") for path in (STATIC / "css").glob("*.css"))
    defined = set(re.findall(r"(--[a-z0-9-]+)\s*:", sheets))
    used = {name for name in re.findall(r"var\((--[a-z0-9-]+)", sheets) if not name.startswith("--tblr-")}
    assert used <= defined


def test_collecting_with_hashed_names_works(tmp_path: Path) -> None:
    """The storage that production uses stops at any file that a style sheet names and that is not there."""
    with override_settings(STATIC_ROOT=tmp_path):
        command = Collectstatic()
        command.set_options(
            interactive=False, verbosity=0, link=False, clear=False, dry_run=False, ignore_patterns=[],
            use_default_ignore_patterns=True, post_process=True,
        )  # fmt: skip
        command.storage = CompressedManifestStaticFilesStorage(location=tmp_path, base_url="/static/")
        assert command.collect()["post_processed"]
    hashed = json.loads((tmp_path / "staticfiles.json").read_text(encoding="utf-8"))["paths"]
    assert re.fullmatch(r"css/tokens\.[0-9a-f]{12}\.css", hashed["css/tokens.css"])
