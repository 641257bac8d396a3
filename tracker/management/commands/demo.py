"""Show the whole product on this machine."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from tracker.operations import demo
from tracker.operations.broker import AlreadyRunning, NoBroker
from tracker.operations.processes import Died, PortsTaken


class Command(BaseCommand):
    """Run broker, worker, beat and web server on sample data until Ctrl-C; then stop them all."""

    help = "Run the whole product on sample data, on this machine, until Ctrl-C. `make demo` calls it."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, help="where the pages are to be; the next free one if it is taken")
        parser.add_argument("--reset", action="store_true", help="forget the record of earlier runs and start over")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEBUG:
            raise CommandError("The demonstration has logins that everybody knows: it runs with DEBUG=1 only.")
        try:
            with demo.running(
                var_dir=settings.VAR_DIR, say=self._say, port=options["port"], reset=options["reset"]
            ) as up:
                up.run("demo_fill", "--summary")
                up.group.wait()
        except KeyboardInterrupt:
            self._say("\nStopped. Nothing is left running; `make demo` goes on from here.")
        except (demo.Refused, demo.Failed, AlreadyRunning, NoBroker, Died, PortsTaken) as error:
            raise CommandError(str(error)) from error

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
