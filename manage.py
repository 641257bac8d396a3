#!/usr/bin/env python
"""The command line of On Record: ``manage.py help`` lists what it can do."""

import os
import secrets
import sys

# These read files and print; they sign nothing, so they need no key of yours.
WITHOUT_A_KEY = {"find", "score_finder"}


def main() -> None:
    """Run one command."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        from django.core.management import execute_from_command_line
    except ImportError as missing:
        told = "Django is not installed here. Run `make setup`, then `.venv/bin/python manage.py …`."
        raise SystemExit(told) from missing
    # Commands are Python modules, so their names hold underscores; people type hyphens.
    command = [word if word.startswith("-") else word.replace("-", "_") for word in sys.argv[1:2]]
    if command and command[0] in WITHOUT_A_KEY:
        os.environ.setdefault("SECRET_KEY", secrets.token_urlsafe(64))
    execute_from_command_line([sys.argv[0], *command, *sys.argv[2:]])


if __name__ == "__main__":
    main()
