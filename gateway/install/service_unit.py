"""The systemd unit of the gateway: started at boot, again after a failure, and closed in as far as it goes."""

import grp
import shlex
import sys
from dataclasses import dataclass
from pathlib import Path

from gateway.config import Settings
from gateway.errors import ConfigurationError
from gateway.install.folders import named
from gateway.install.plan import places, sqlite_file

NAME = "bestelsync-gateway.service"
LOW_PORTS = 1024

_UNIT = """\
# Made by `gateway service-unit`. To use it:
#   sudo gateway --config {config} service-unit --to /etc/systemd/system/{name}
#   sudo systemctl daemon-reload && sudo systemctl enable --now {name}
[Unit]
Description=Order synchronisation gateway for libraries
Documentation=https://www.freedesktop.org/software/systemd/man/systemd.service.html
Wants=network-online.target
After=network-online.target{after}

[Service]
Type=exec
User={user}
Group={group}
ExecStart={program} --config {config} serve
WorkingDirectory={folder}
UMask=0027
Restart=on-failure
RestartSec=5
# A message that is coming in may be cut off: its sender gets no receipt and sends it again.
TimeoutStopSec=30
KillSignal=SIGTERM

# The only places it may write to; everything else it sees read-only or not at all.
ReadWritePaths={writable}
ProtectSystem=strict
ProtectHome={home}
PrivateTmp=yes
PrivateDevices=yes
ProtectProc=invisible
ProcSubset=pid
ProtectClock=yes
ProtectHostname=yes
ProtectControlGroups=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
NoNewPrivileges=yes
CapabilityBoundingSet={capabilities}
AmbientCapabilities={capabilities}
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
RemoveIPC=yes
LockPersonality=yes
MemoryDenyWriteExecute=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources
# Files for a library system are given to the group that it reads with.
SystemCallFilter=@chown
SystemCallErrorNumber=EPERM

[Install]
WantedBy=multi-user.target
"""


class NoUser(ConfigurationError):
    """It is not known as whom the service should run."""

    message = "It is not known who should run the service: {reason}."
    hint = "Make a user (`adduser --system --group bestelsync`), run `gateway init --user bestelsync`, or add --user."


@dataclass(frozen=True, slots=True)
class Service:
    """What the unit must know beside the settings."""

    config: Path
    user: str
    group: str
    program: str


def unit(settings: Settings, service: Service) -> str:
    """The text of the unit."""
    writable = writable_folders(settings)
    low = settings.port < LOW_PORTS
    return _UNIT.format(
        name=NAME,
        config=shlex.quote(str(service.config)),
        after=" postgresql.service" if settings.database.startswith("postgresql") else "",
        user=service.user,
        group=service.group,
        program=service.program,
        folder=settings.data_folder,
        writable=" ".join(_quoted(each) for each in writable),
        home="read-only" if any(map(_in_home, (*writable, service.config, Path(service.program)))) else "yes",
        capabilities="CAP_NET_BIND_SERVICE" if low else "",
    )


def writable_folders(settings: Settings) -> list[Path]:
    """Where the gateway writes: its own folders, and those through which it speaks to library systems."""
    file = sqlite_file(settings.database)
    wanted = {settings.data_folder, *([file.parent.absolute()] if file else [])}
    for library in settings.library:
        if library.reports_folder:
            wanted.add(library.reports_folder)
        wanted |= {path for key, path in places(library.settings) if not key.endswith("_file")}
    return sorted(each for each in wanted if not any(other in each.parents for other in wanted))


def _in_home(path: Path) -> bool:
    return path.is_relative_to("/home") or path.is_relative_to("/root")


def _quoted(path: Path) -> str:
    text = str(path).replace("%", "%%")
    return f'"{text}"' if " " in text else text


def service(config: Path, settings: Settings, user: str | None) -> Service:
    """The service of this machine: run by a named user, or by whoever owns the data folder.

    Raises:
        NoUser: nobody was named and there is no data folder yet; or root, who should not run it.
        UnknownOwner: there is no such user.
    """
    try:
        name = user or settings.data_folder.owner()
    except (OSError, KeyError) as error:
        raise NoUser(reason="there is no data folder yet whose owner would be taken") from error
    if name == "root":
        raise NoUser(reason="the data folder belongs to root, and what answers the network should not be root")
    entry = named(name)
    return Service(config, name, grp.getgrgid(entry.pw_gid).gr_name, program())


def program() -> str:
    """How to start the gateway that is running now."""
    beside = Path(sys.executable).parent / "gateway"
    return str(beside) if beside.exists() else f"{sys.executable} -m gateway"
