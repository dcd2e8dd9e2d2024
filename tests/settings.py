"""The settings of the tests: the product's own, with what makes tests quick and leaves no traces."""

import atexit
import os
import shutil
import sys
import tempfile

# Before the product's settings are read: what a developer has set for himself must not decide tests, and neither a
# secret key nor an upload may land in his folder.
_folder = tempfile.mkdtemp(prefix="jiangjin-test-")
atexit.register(shutil.rmtree, _folder, ignore_errors=True)
for _name in ("DEBUG", "TODAY", "HTTPS", "HOST", "PORT", "ALLOWED_HOSTS", "CSRF_TRUSTED_ORIGINS", "SECRET_KEY_FILE"):
    os.environ.pop(_name, None)
if "tests.pgtemp" not in sys.modules:
    os.environ.pop("DATABASE_URL", None)  # his own register is never tested on
os.environ["JIANGJIN_VAR"] = _folder
os.environ["SECRET_KEY"] = "for-tests-only-" + "0123456789abcdefghij" * 3
# Browser tests reach for the database from inside Playwright's event loop.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

from jiangjin.settings import *  # noqa: E402, F403
from jiangjin.settings import DATABASES, INSTALLED_APPS, STATIC_ROOT, STORAGES, VAR_DIR  # noqa: E402
from jiangjin.translations import compile_catalogues  # noqa: E402
from tests.prepare import SQLITE, prepared  # noqa: E402

compile_catalogues()

INSTALLED_APPS = [*INSTALLED_APPS, "tests.fieldapp"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    **STORAGES,
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
# WhiteNoise warns where it is missing.
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
# What a thread keeps open outlasts the test, and a database in use cannot be taken away.
DATABASES["default"]["CONN_MAX_AGE"] = 0
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # A file, not memory: then the tests meet WAL, IMMEDIATE and several connections as the product does.
    DATABASES["default"]["TEST"] = {"NAME": str(VAR_DIR / "test.sqlite3")}
    if found := prepared(SQLITE):
        shutil.copyfile(found, VAR_DIR / "test.sqlite3")
    DATABASES["default"]["OPTIONS"]["init_command"] += " PRAGMA synchronous=OFF;"
