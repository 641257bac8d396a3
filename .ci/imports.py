"""Import every package the product runs on, in an environment that holds the runtime lock and nothing else."""

from __future__ import annotations

import importlib
import re
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

WANTED = Path(__file__).resolve().parent.parent / "config" / "requirements" / "runtime.in"


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


modules: dict[str, set[str]] = {}
for module, distributions in packages_distributions().items():
    for distribution in distributions:
        if module.isidentifier() and not module.startswith("_"):
            modules.setdefault(normal(distribution), set()).add(module)

failed = imported = 0
for line in WANTED.read_text().splitlines():
    found = re.match(r"[A-Za-z0-9._-]+", line)
    if not found:
        continue
    for module in sorted(modules.get(normal(found[0]), {f"(nothing of {found[0]} is installed)"})):
        try:
            importlib.import_module(module)
            imported += 1
        except Exception as error:  # whatever a package raises when something it needs is missing
            failed += 1
            print(f"{module}: {type(error).__name__}: {error}")
print(f"{imported} modules imported")
sys.exit(bool(failed))
