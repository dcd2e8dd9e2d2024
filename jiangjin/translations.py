"""Compiles the catalogues (.po) into what gettext reads (.mo), without gettext on the machine.

Imports no Django: it runs before Django starts, because Django keeps the catalogues that it has once read.
"""

import hashlib
import os
from pathlib import Path

import polib

LOCALE_DIR = Path(__file__).resolve().parent.parent / "locale"
SOURCE = "X-Source-SHA256"  # in the header of a compiled file: of which catalogue it was made


def compile_catalogues(locale_dir: Path = LOCALE_DIR) -> list[Path]:
    """Compile each catalogue whose compiled file was made of another text; answers the files written.

    By content: a file that is unpacked, copied or brought back carries a time of its own, which says nothing.
    """
    written = []
    for source in sorted(locale_dir.glob("*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        digest = hashlib.sha256(source.read_bytes()).hexdigest()
        if target.is_file() and f"{SOURCE}: {digest}".encode() in target.read_bytes():
            continue
        catalogue = polib.pofile(str(source))
        catalogue.metadata[SOURCE] = digest
        draft = target.with_name(f"{target.name}.{os.getpid()}")
        catalogue.save_as_mofile(str(draft))
        draft.replace(target)
        written.append(target)
    return written


if __name__ == "__main__":
    compile_catalogues()
