"""Enter a fresh network and mount namespace and run the hostile tests in it: ``python -m tests.hostile``.

Fails, with the reason, where a namespace cannot be made: a skipped guard is no guard.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
INSIDE = """
set -e
ip link set lo up
ip route add local default dev lo
ip -6 route add local default dev lo
mount --bind "$1/resolv.conf" /etc/resolv.conf
mount --bind "$1/hosts" /etc/hosts
shift
exec "$@"
"""


def main(arguments: list[str]) -> int:
    """Run pytest on this folder inside the namespace; return its exit code."""
    missing = [name for name in ("unshare", "ip", "mount") if shutil.which(name) is None]
    if missing:
        print(f"make hostile needs {', '.join(missing)}. On Debian: apt install util-linux iproute2 mount.")
        return 2
    rights = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    with tempfile.TemporaryDirectory(prefix="onrecord-hostile-") as folder:
        Path(folder, "resolv.conf").write_text("nameserver 127.0.0.53\noptions timeout:1 attempts:1\n")
        Path(folder, "hosts").write_text("127.0.0.1 localhost\n::1 localhost ip6-localhost\n")
        tests = [sys.executable, "-m", "pytest", "-q", str(HERE), "--timeout=300", *arguments]
        command = ["unshare", *rights, "--net", "--mount", "bash", "-c", INSIDE, "inside", folder, *tests]
        code = subprocess.run(command, env={**os.environ, "ONRECORD_HOSTILE": "1"}, check=False).returncode
    if code and not _can_unshare(rights):
        print("A network namespace cannot be made here: run it as root, or allow user namespaces.")
    return code


def _can_unshare(rights: list[str]) -> bool:
    made = subprocess.run(["unshare", *rights, "--net", "--mount", "true"], capture_output=True, check=False)
    return made.returncode == 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
