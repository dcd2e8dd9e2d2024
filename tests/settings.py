"""Settings of the tests: the product's own, on a var folder that lives as long as the run."""

import atexit
import os
import shutil
import sys
import tempfile
from pathlib import Path

VAR = Path(tempfile.mkdtemp(prefix="jiangjin-test-"))
atexit.register(shutil.rmtree, VAR, ignore_errors=True)
for name in ("DEBUG", "HTTPS", "HOST", "PORT", "ALLOWED_HOSTS", "CSRF_TRUSTED_ORIGINS", "TODAY", "SECRET_KEY_FILE"):
    os.environ.pop(name, None)
if "tests.pgtemp" not in sys.modules:
    os.environ.pop("DATABASE_URL", None)  # a developer's own register is never tested on
os.environ["JIANGJIN_VAR"] = str(VAR)
os.environ["SECRET_KEY"] = "for-tests-only-" + "0123456789abcdefghij" * 3
# Browser tests drive the database from inside Playwright's event loop.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

from jiangjin.settings import *  # noqa: E402, F403
from jiangjin.settings import DATABASES, STATIC_ROOT, STORAGES  # noqa: E402
from jiangjin.translations import compile_catalogues  # noqa: E402

compile_catalogues()

if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # A file, not memory: then the tests meet WAL, IMMEDIATE and several connections as the product does.
    DATABASES["default"]["TEST"] = {"NAME": str(VAR / "test.sqlite3")}
    DATABASES["default"]["OPTIONS"]["init_command"] += " PRAGMA synchronous=OFF;"

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
STATIC_ROOT.mkdir(parents=True)
