"""All settings, in one file. What a district may change comes from the environment; docs/settings.md lists it."""

from pathlib import Path

import dj_database_url
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from jiangjin.bootstrap import var_dir
from jiangjin.lib.env import env_bool, env_day, env_int, env_list, env_secret, env_str

BASE_DIR = Path(__file__).resolve().parent.parent
VERSION = "0.1.0"

# Everything that is not code: the SQLite file, the secret key, uploads.
VAR_DIR = var_dir()

DEBUG = env_bool("DEBUG", False)
SECRET_KEY = env_secret("SECRET_KEY", VAR_DIR / "secret_key")
ALLOWED_HOSTS = env_list("ALLOWED_HOSTS", ["127.0.0.1", "localhost", "[::1]"])
# Where `manage.py serve` listens, and with how many processes and threads.
HOST = env_str("HOST", "127.0.0.1")
PORT = env_int("PORT", 8000, least=1)
WEB_WORKERS = env_int("WEB_WORKERS", 2, least=1)
WEB_THREADS = env_int("WEB_THREADS", 4, least=1)
# A fixed day for demos and tests: the default as-of day. What lies "in the future" is judged by the machine's day.
TODAY = env_day("TODAY")

INSTALLED_APPS = [
    "accounts",
    # It loads the rooms' admin modules where its pages are (urls.py): no command needs them to start.
    "django.contrib.admin.apps.SimpleAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
    "axes",
    "csp",
    "django_filters",
    "django_htmx",
    "django_tasks",
    "django_tasks_db",
    "import_export",
    "simple_history",
    "template_partials",
    "jiangjin",
    "industries",
    "parks",
    "projects",
    "imports",
    "reports",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.SessionLifetimeMiddleware",
    "accounts.middleware.LanguageMiddleware",
    # Every page needs a login; a view that does not says so with @login_not_required.
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "jiangjin.urls"
WSGI_APPLICATION = "jiangjin.wsgi.application"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["jiangjin.templatetags.icons"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "jiangjin.context.site",
            ],
        },
    }
]

# --- Database -------------------------------------------------------------------------------------------------------
DATABASES = {
    "default": dj_database_url.parse(
        env_str("DATABASE_URL", f"sqlite:///{VAR_DIR / 'jiangjin.sqlite3'}"),
        conn_max_age=60,
        conn_health_checks=True,
    )
}
DATABASE = DATABASES["default"]
if DATABASE["ENGINE"] not in {"django.db.backends.sqlite3", "django.db.backends.postgresql"}:
    raise ImproperlyConfigured("DATABASE_URL must begin with sqlite:/// or postgresql://")
if DATABASE["ENGINE"] == "django.db.backends.sqlite3":
    # IMMEDIATE: a deferred reader that turns writer fails at once under WAL (docs/decisions/0002-sqlite.md).
    DATABASE["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        # 8 MB of pages: with the 2 MB of its own accord an import writes the pages of its indexes again and again.
        # The first 512 MB of the file are mapped: figures jump about in it, and a call for each page takes its time.
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA cache_size=-8000; "
            "PRAGMA mmap_size=536870912;"
        ),
    }
else:
    # A database that does not answer must not hold every thread of the server.
    DATABASE.setdefault("OPTIONS", {}).setdefault("connect_timeout", 5)
    # Compiling a query of a page takes longer than running it: seconds for the lights, again at every visit. And the
    # data lie in memory or on an SSD, where jumping about in an index costs little more than reading on. What is read
    # in portions is read to its end: a plan for its first tenth took an undo of 10,000 rows 13 s instead of 8. One
    # helper a query: with two, they and what the page asks aside wait for one another on a machine of two cores.
    DATABASE["OPTIONS"].setdefault(
        "options",
        "-c jit=off -c random_page_cost=1.1 -c cursor_tuple_fraction=1 -c max_parallel_workers_per_gather=1",
    )
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Accounts -------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "accounts:login"
LOGIN_REDIRECT_URL = "reports:home"
LOGOUT_REDIRECT_URL = "accounts:login"
SESSION_COOKIE_AGE = env_int("SESSION_IDLE_MINUTES", 30, least=1) * 60
SESSION_ABSOLUTE_AGE = env_int("SESSION_ABSOLUTE_HOURS", 12, least=1) * 3600

AXES_FAILURE_LIMIT = env_int("LOGIN_FAILURE_LIMIT", 5, least=1)
AXES_COOLOFF_TIME = env_int("LOGIN_LOCK_MINUTES", 15, least=1) / 60
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_TEMPLATE = "accounts/locked.html"
AXES_RESET_ON_SUCCESS = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False

# --- Security -------------------------------------------------------------------------------------------------------
# HTTPS=true where a proxy terminates TLS; plain http on 127.0.0.1 is what `make run` serves.
HTTPS = env_bool("HTTPS", False)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
CSRF_TRUSTED_ORIGINS = env_list("CSRF_TRUSTED_ORIGINS", [])
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

# --- Language, time -------------------------------------------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = env_str("TIME_ZONE", "Asia/Shanghai")
USE_TZ = True

# --- Files ----------------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = VAR_DIR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
MEDIA_ROOT = VAR_DIR / "uploads"
FILE_UPLOAD_PERMISSIONS = 0o600
# The mapping page of a workbook with many wide sheets sends a field or two a column.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000

SIMPLE_HISTORY_DATE_INDEX = False  # figures never come from the history; a row's own history is found by its id

# With this, a recorder sees only the projects of the parks that it may write (docs/settings.md).
RECORDERS_SEE_OWN_PARKS = env_bool("RECORDERS_SEE_OWN_PARKS", False)

# Limits of an uploaded ledger (docs/settings.md).
IMPORT_MAX_BYTES = env_int("IMPORT_MAX_MB", 50, least=1) * 1024 * 1024
IMPORT_MAX_UNPACKED_BYTES = env_int("IMPORT_MAX_UNPACKED_MB", 400, least=1) * 1024 * 1024
IMPORT_MAX_PARTS = env_int("IMPORT_MAX_PARTS", 1000, least=10)
IMPORT_MAX_ROWS = env_int("IMPORT_MAX_ROWS", 200_000, least=10)
IMPORT_MAX_COLUMNS = env_int("IMPORT_MAX_COLUMNS", 500, least=5)
IMPORT_MAX_CELL_CHARS = 32_767
IMPORT_CHILD_MEMORY_BYTES = env_int("IMPORT_CHILD_MEMORY_MB", 1024, least=128) * 1024 * 1024
IMPORT_CHILD_SECONDS = env_int("IMPORT_CHILD_SECONDS", 8, least=1)
IMPORT_CHILD_SECONDS_LARGE = env_int("IMPORT_CHILD_SECONDS_LARGE", 60, least=1)

# Files attached to projects (docs/settings.md): their size, how many at once, and which kinds, by their content.
ATTACHMENT_MAX_BYTES = env_int("ATTACHMENT_MAX_MB", 20, least=1) * 1024 * 1024
ATTACHMENT_MAX_FILES = env_int("ATTACHMENT_MAX_FILES", 20, least=1)
ATTACHMENT_TYPES = env_list("ATTACHMENT_TYPES", ["pdf", "jpg", "png", "webp", "docx", "xlsx", "doc", "xls"])
if unknown := set(ATTACHMENT_TYPES) - {"pdf", "jpg", "png", "webp", "docx", "xlsx", "doc", "xls"}:
    raise ImproperlyConfigured(f"ATTACHMENT_TYPES names kinds that are not known: {', '.join(sorted(unknown))}")
DATA_UPLOAD_MAX_NUMBER_FILES = max(100, ATTACHMENT_MAX_FILES)  # more than may be sent; the form says how many may

# Larger files are read and written by the background worker, which `manage.py serve` runs beside the web server; while
# developing (`make dev`) there is none, and the work is done at once.
IMPORT_BACKGROUND_BYTES = env_int("IMPORT_BACKGROUND_KB", 300, least=1) * 1024
IMPORT_BACKGROUND_ROWS = 5000  # found in a smaller file
_TASKS = "django_tasks.backends.immediate.ImmediateBackend" if DEBUG else "django_tasks_db.DatabaseBackend"
TASKS = {"default": {"BACKEND": _TASKS}}

# Import and export in the admin. The package's page before an export has inline scripts, which our policy forbids.
IMPORT_EXPORT_SKIP_ADMIN_EXPORT_UI = True

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "loggers": {"django.request": {"level": "ERROR"}},  # a refused access is no trouble of the server
    "root": {"handlers": ["console"], "level": env_str("LOG_LEVEL", "WARNING")},
}
