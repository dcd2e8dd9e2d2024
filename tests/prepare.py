"""`python -m tests.prepare FOLDER [postgresql]`: a database with all migrations, made once for all parts of the suite.

Migrating takes longer than the tests of many a module. `scripts/run_tests.py` names the folder to the parts by
JIANGJIN_TEST_PREPARED; each begins with a copy of its own (tests/settings.py, tests/pgtemp.py). A run that is told of
none migrates by itself.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

PREPARED = "JIANGJIN_TEST_PREPARED"
SQLITE, POSTGRESQL = "sqlite3", "postgresql"


def prepared(kind: str) -> Path | None:
    """The prepared database of this kind: a file, or the folder of a PostgreSQL that was stopped."""
    path = Path(os.environ.get(PREPARED) or "/nowhere") / kind
    return path if path.exists() else None


def prepare(folder: Path, kind: str) -> None:
    """Migrate an empty database and leave it in the folder."""
    os.environ.pop(PREPARED, None)
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    if kind == POSTGRESQL:
        import tests.pgtemp
    import django
    from django.db import connection

    django.setup()
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    connection.close()
    if kind == SQLITE:
        shutil.copyfile(connection.settings_dict["NAME"], folder / kind)
    else:
        server = tests.pgtemp.server
        server.stop("fast")
        subprocess.run(["cp", "-a", server.data, folder / kind], check=True)


if __name__ == "__main__":
    prepare(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else SQLITE)
