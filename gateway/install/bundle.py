"""The offline bundle: our wheel, every wheel it needs and an install script, for a server without internet.

`make bundle` runs it in a checkout. It is for the Python and the kind of machine it was made with, as its name says.
"""

import platform
import subprocess
import sys
import tarfile
from collections.abc import Sequence
from hashlib import sha256
from importlib import resources
from pathlib import Path
from shutil import rmtree

LOCK = "requirements.lock"


def main(arguments: Sequence[str]) -> int:
    """Make the bundle: `python -m gateway.install.bundle CHECKOUT FOLDER`."""
    if len(arguments) != 2:
        sys.stderr.write("Use: python -m gateway.install.bundle CHECKOUT FOLDER\n")
        return 2
    checkout, target = (Path(each).absolute() for each in arguments)
    if not (checkout / LOCK).is_file():
        sys.stderr.write(f"{checkout} holds no {LOCK}: run this on a checkout of the gateway.\n")
        return 2
    sys.stdout.write(f"{make(checkout, target)}\n")
    return 0


def make(checkout: Path, target: Path) -> Path:
    """Make the archive and say where it is.

    Args:
        checkout: the source of the gateway, with its lock file.
        target: the folder that gets the archive.

    Raises:
        CalledProcessError: pip could not fetch or build something; it has said what.
    """
    folder = target / "bundle"
    rmtree(folder, ignore_errors=True)
    wheels = folder / "wheels"
    wheels.mkdir(parents=True)
    _pip("wheel", "--require-hashes", "--requirement", checkout / LOCK, "--wheel-dir", wheels)
    _pip("wheel", "--no-deps", checkout, "--wheel-dir", wheels)
    _pip("download", "--no-deps", "--only-binary=:all:", "pip", "--dest", folder / "pip")
    version = next(wheels.glob("bestelsync_gateway-*.whl")).name.split("-")[1]
    return _archive(folder, target, version)


def _archive(folder: Path, target: Path, version: str) -> Path:
    python, machine = f"{sys.version_info.major}.{sys.version_info.minor}", platform.machine()
    script = resources.files("gateway.install").joinpath("offline_install.sh").read_text(encoding="utf-8")
    (folder / "install.sh").write_text(script.replace("@PYTHON@", python).replace("@MACHINE@", machine))
    (folder / "install.sh").chmod(0o755)
    files = sorted(each for each in folder.rglob("*") if each.is_file())
    sums = [f"{sha256(each.read_bytes()).hexdigest()}  {each.relative_to(folder)}\n" for each in files]
    (folder / "SHA256SUMS").write_text("".join(sums))
    name = f"bestelsync-gateway-{version}-py{python}-{machine}"
    archive = target / f"{name}.tar.gz"
    with tarfile.open(archive, "w:gz") as tar:
        tar.add(folder, arcname=name)
    rmtree(folder)
    return archive


def _pip(*arguments: str | Path) -> None:
    command = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", *map(str, arguments)]
    subprocess.run(command, check=True)  # noqa: S603  (our own arguments, no shell)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
