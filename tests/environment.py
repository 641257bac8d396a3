"""The environment of the tests, set before Django reads its settings.

Loaded as a pytest plugin (``-p tests.environment``) because a conftest would be too late.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile

os.environ.setdefault("DEBUG", "1")
os.environ.setdefault("SECRET_KEY", "tests-only-" + "k" * 50)
if "ONRECORD_VAR" not in os.environ:
    os.environ["ONRECORD_VAR"] = tempfile.mkdtemp(prefix="onrecord-tests-")
    atexit.register(shutil.rmtree, os.environ["ONRECORD_VAR"], ignore_errors=True)
os.environ.setdefault("LOG_LEVEL", "WARNING")
os.environ["OUTBOUND_ALLOW"] = ""
os.environ.setdefault("SITE_URL", "http://testserver")
