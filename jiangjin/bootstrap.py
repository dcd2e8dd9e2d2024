"""What must be there before Django starts: settings read the secret key, messages their compiled catalogue."""

from pathlib import Path

from jiangjin.lib.env import env_str
from jiangjin.secrets import ensure_secret_key
from jiangjin.translations import compile_catalogues

BASE_DIR = Path(__file__).resolve().parent.parent


def var_dir() -> Path:
    """The folder of everything that is not code: the SQLite file, keys, uploads."""
    return Path(env_str("JIANGJIN_VAR", str(BASE_DIR / "var"))).resolve()


def prepare() -> None:
    """First step of `manage.py setup`: the secret key and the compiled catalogues."""
    ensure_secret_key(var_dir())
    compile_catalogues()
