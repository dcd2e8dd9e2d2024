#!/usr/bin/env python
"""Command line of Jiangjin."""

import io
import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jiangjin.settings")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal without Chinese must not end a command
    if sys.argv[1:2] == ["setup"]:
        from jiangjin.bootstrap import prepare

        prepare()
    if sys.argv[1:2] == ["import_projects"]:
        from imports.reading.early import begin_early

        begin_early(sys.argv[2:])
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
