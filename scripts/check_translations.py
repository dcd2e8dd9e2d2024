#!/usr/bin/env python
"""Whether the catalogue holds every message of the code and the templates. Needs gettext (xgettext) on the machine.

Collects the messages anew in a copy of the tree, and compares: the committed catalogue is not touched.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parent.parent
LEFT_OUT = shutil.ignore_patterns(
    ".git", ".venv", "var", "tests", "bench", "fixtures", "vendor", "*.pyc", "__pycache__", "*_cache", ".hypothesis"
)


def main() -> int:
    catalogues = sorted((ROOT / "locale").glob("*/LC_MESSAGES/django.po"))
    if not catalogues:
        print("There is no catalogue.", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "tree"
        shutil.copytree(ROOT, copy, ignore=LEFT_OUT)
        missing = 0
        for catalogue in catalogues:
            language = catalogue.parts[-3]
            fresh = copy / catalogue.relative_to(ROOT)
            fresh.unlink()
            result = subprocess.run(
                [sys.executable, "manage.py", "makemessages", "--locale", language, "--no-wrap", "--no-location"],
                cwd=copy,
                capture_output=True,
                text=True,
                env={**os.environ, "JIANGJIN_VAR": folder},
            )
            if result.returncode:
                print(result.stderr, file=sys.stderr)
                return 1
            known = {(entry.msgctxt, entry.msgid) for entry in polib.pofile(str(catalogue)) if not entry.obsolete}
            for entry in polib.pofile(str(fresh)):
                if (entry.msgctxt, entry.msgid) not in known:
                    missing += 1
                    print(f"{language}: not in the catalogue: {entry.msgid!r}")
    print(f"{missing} messages are missing." if missing else "The catalogue is complete.")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
