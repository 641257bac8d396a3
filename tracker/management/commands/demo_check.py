"""Check the whole product on sample data, from nothing."""

from __future__ import annotations

import tempfile
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from tracker.operations import demo
from tracker.operations.broker import NoBroker
from tracker.operations.processes import Died, PortsTaken

PORT = 28000  # where nobody's own server is likely to be


class Command(BaseCommand):
    """Run the demonstration in a folder of its own, look at it as a visitor does, run it again, and stop it."""

    help = "Run the demonstration without anybody watching and check it; exit 1 and say what is wrong, if anything is."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--against", metavar="ADDRESS", help="check the one that runs there, with its settings")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEBUG:
            raise CommandError("The demonstration has logins that everybody knows: it runs with DEBUG=1 only.")
        if options["against"]:
            self._look(options["against"])
            return
        try:
            with tempfile.TemporaryDirectory(prefix="onrecord-demo-") as folder:
                self._from_nothing(Path(folder))
                self._again(Path(folder))
        except (demo.Refused, demo.Failed, NoBroker, Died, PortsTaken) as error:
            raise CommandError(str(error)) from error
        except KeyboardInterrupt as stopped:
            raise CommandError("Stopped.") from stopped
        self._say("The demonstration works.")

    def _look(self, site: str) -> None:
        from tracker.operations import demo_checks

        if found := demo_checks.problems(site):
            raise CommandError("\n".join(["Not as it should be:", *(f"- {problem}" for problem in found)]))
        self._say("Pages, silence, API, feed, desk, counts and record are as they should be.")

    def _from_nothing(self, folder: Path) -> None:
        begun = time.monotonic()
        with demo.running(var_dir=folder, say=self._say, port=PORT) as up:
            self._say(f"Up, from nothing, in {time.monotonic() - begun:.0f} s.")
            up.run("demo_check", "--against", up.web)

    def _again(self, folder: Path) -> None:
        begun = time.monotonic()
        with demo.running(var_dir=folder, say=self._say) as up:
            self._say(f"Up again, with what it had, in {time.monotonic() - begun:.0f} s.")
            up.run("demo_check", "--against", up.web)

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
