"""How the web server runs: ``gunicorn -c config/gunicorn.py config.wsgi``."""

from __future__ import annotations

import os
from typing import Any

bind = os.environ.get("BIND", "127.0.0.1:8000")
workers = int(os.environ.get("WEB_WORKERS", "2"))
worker_class = "gthread"
threads = 4
timeout = 30
graceful_timeout = 20
max_requests = 20_000
max_requests_jitter = 2_000
limit_request_line = 8190
limit_request_fields = 60
control_socket_disable = True  # it would be made under $HOME, which may be read-only
accesslog = os.environ.get("ACCESS_LOG") or None


def on_starting(server: Any) -> None:
    """Refuse to serve with unsafe settings, before the first worker is made."""
    import django

    django.setup()
    from tracker.operations.safety import refuse_unsafe

    for address in server.cfg.address:
        refuse_unsafe(bind=":".join(map(str, address)) if isinstance(address, tuple) else f"unix:{address}")
