"""Get and build the peers, also as `make bench-peers`; what cannot be had is said and left out."""

import os
import shutil
import subprocess
import sys

from benchmarks.peers.catalogue import PEERS, Peer, write_contract


def main() -> int:
    """Install what Debian has when we may, then build every peer; 1 when one is left out."""
    write_contract()
    left_out = [peer.label for peer in PEERS if not _made(peer)]
    return 1 if left_out else 0


def _made(peer: Peer) -> bool:
    print(f"{peer.label}: ", end="", flush=True)
    if peer.missing().startswith("needs") and not _installed(peer.packages.split()):
        print(peer.missing())
        return False
    try:
        peer.make()
    except (OSError, subprocess.CalledProcessError) as error:
        said = str(getattr(error, "stderr", "") or error).strip()
        print(f"cannot be built: {said[-600:]}")
        return False
    print("ready")
    return True


def _installed(packages: list[str]) -> bool:
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        return False
    words = ("apt-get", "-o", "DPkg::Lock::Timeout=300", "install", "--yes", "--no-install-recommends", *packages)
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (("apt-get", "update"), words):
        if subprocess.run(command, env=quiet, check=False, capture_output=True).returncode:
            return False
    return True


if __name__ == "__main__":
    sys.exit(main())
