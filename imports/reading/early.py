"""A file is read while Django starts, which takes as long as half of reading a hundred thousand rows."""

from pathlib import Path

WORTH_IT = 100 * 1024  # bytes: a smaller file is read at once


def begin_early(arguments: list[str]) -> None:
    """Begin with the file that the arguments of `import_projects` name, where that is plain; nothing else is decided.

    Only a call that leaves the settings as they are: they are loaded here, and hold the limits of reading.
    """
    if any(word.startswith(("--settings", "--pythonpath")) for word in arguments):
        return
    path = next((Path(word) for word in (arguments[:1] + arguments[-1:]) if not word.startswith("-")), None)
    try:
        if path is None or not path.is_file() or path.stat().st_size < WORTH_IT:
            return
    except (OSError, ValueError):
        return
    from django.core.exceptions import ImproperlyConfigured

    from imports.reading import reader

    try:
        reader.begin(path)
    except ImproperlyConfigured:
        return  # Django will say so
