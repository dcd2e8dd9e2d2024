"""A file is read while Django starts, which takes as long as half of reading a hundred thousand rows."""

from pathlib import Path


def begin_early(arguments: list[str]) -> None:
    """Begin with the file that the arguments of `import_projects` name first or last; nothing else is decided here.

    Only a call that leaves the settings as they are: they are loaded here, and hold the limits of reading.
    """
    ends = [word for word in arguments[:1] + arguments[-1:] if not word.startswith("-")]
    if not ends or any(word.startswith(("--settings", "--pythonpath")) for word in arguments):
        return
    path = Path(ends[0])
    try:
        if not path.is_file():
            return
    except (OSError, ValueError):
        return
    from django.core.exceptions import ImproperlyConfigured

    from imports.reading import reader

    try:
        reader.begin(path)
    except ImproperlyConfigured:
        return  # Django will say so
