"""What a client needs of the machine: looked for, installed where we may, and otherwise told."""

import os
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Need:
    """Something that must be on the machine."""

    what: str
    """As a person would say it."""
    proof: tuple[str, ...]
    """A command that succeeds where it is there, and says its version."""
    packages: tuple[str, ...] = ()
    """The Debian packages that bring it."""


def is_met(need: Need) -> bool:
    """Whether it is there."""
    return succeeds(need.proof)


def versions(needs: Iterable[Need]) -> bytes:
    """What the proofs of needs that are met say."""
    said = (subprocess.run(need.proof, capture_output=True, stdin=subprocess.DEVNULL) for need in needs)
    return b"".join(done.stdout + done.stderr for done in said)


def succeeds(command: Sequence[str]) -> bool:
    """Whether a command is there and ends well."""
    try:
        done = subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL)
    except OSError:
        return False
    return done.returncode == 0


def install(needs: Iterable[Need]) -> None:
    """Install what is missing, where this is Debian and we are root; elsewhere do nothing."""
    packages = {need.packages: None for need in needs if not is_met(need) and need.packages}
    if not packages or not shutil.which("apt-get") or os.geteuid() != 0:
        return
    print(f"Installing {', '.join(name for each in packages for name in each)} ...", flush=True)
    _apt("update", "-qq")
    if not _brought(*(name for each in packages for name in each)):
        # One that cannot be had must not keep the others away.
        for each in packages:
            _brought(*each)


def _brought(*packages: str) -> bool:
    return _apt("install", "-y", "-qq", "--no-install-recommends", *packages)


def _apt(*command: str) -> bool:
    done = subprocess.run(
        # Another that installs something now is waited for.
        ["apt-get", "-o", "DPkg::Lock::Timeout=300", *command],
        env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"},
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )
    if done.returncode:
        print(done.stderr.strip()[-2000:], flush=True)
    return done.returncode == 0


def missing(needs: Iterable[Need]) -> str:
    """What is not there and how to get it, in one line; empty when everything is."""
    absent = [need for need in needs if not is_met(need)]
    names = ", ".join(need.what for need in absent)
    packages = " ".join(package for need in absent for package in need.packages)
    return f"{names} (on Debian, as root: apt-get install {packages})" if absent else ""
