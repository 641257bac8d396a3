"""The environment of the tests, set before Django reads its settings.

Loaded as a pytest plugin (``-p tests.environment``) because a conftest would be too late.
"""

from __future__ import annotations

import os
import tempfile

os.environ.setdefault("DEBUG", "1")
os.environ.setdefault("SECRET_KEY", "tests-only-" + "k" * 50)
os.environ.setdefault("ONRECORD_VAR", tempfile.mkdtemp(prefix="onrecord-tests-"))
os.environ.setdefault("LOG_LEVEL", "WARNING")
os.environ["OUTBOUND_ALLOW"] = ""
os.environ.setdefault("SITE_URL", "http://testserver")
