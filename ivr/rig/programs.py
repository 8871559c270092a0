"""The programs the rig runs: from PATH where they are installed, else from a private tree of packages."""

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ivr.errors import ToolMissing
from ivr.rig.package_tree import INSTALL_COMMAND, Progress, ensure_tree

# An ordinary user's PATH often lacks the folders where Debian puts daemons.
DAEMON_FOLDERS = ("/usr/sbin", "/usr/local/sbin")
NAMES = ("asterisk", "sipp", "espeak-ng")


@dataclass(frozen=True, slots=True)
class Program:
    """How to start one program: the words before its own arguments, and what its environment needs besides."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    tree: Path | None = None
    """The private tree it belongs to; None for an installed program."""

    def full_environment(self) -> dict[str, str]:
        """Return this process's environment with the program's own additions."""
        return {**os.environ, **self.environment}


@dataclass(frozen=True, slots=True)
class Programs:
    """Asterisk, SIPp and espeak-ng, ready to start."""

    asterisk: Program
    sipp: Program
    espeak: Program


def find_programs(progress: Progress, *, cache: Path | None = None, installed: bool = True) -> Programs:
    """Find or make the three programs; may take minutes the first time, so keep it off an event loop.

    ``installed=False`` ignores what is installed. Only an installed Asterisk's program is used,
    never its configuration or its running process.

    Raises:
        ToolMissing: neither installed nor to be had; names the command that installs it.
    """
    found = [find_program(name, progress, cache=cache, installed=installed) for name in NAMES]
    return Programs(*found)


def find_program(name: str, progress: Progress, *, cache: Path | None = None, installed: bool = True) -> Program:
    """Find or make one of the programs in :data:`NAMES`.

    Raises:
        ToolMissing: neither installed nor to be had.
    """
    if installed and (path := _on_path(name)):
        return Program(name, (path,))
    return _of_tree(name, ensure_tree(progress, cache))


def _on_path(name: str) -> str | None:
    folders = [*os.environ.get("PATH", "").split(os.pathsep), *DAEMON_FOLDERS]
    return shutil.which(name, path=os.pathsep.join(folders))


def _of_tree(name: str, tree: Path) -> Program:
    for folder in ("usr/sbin", "usr/bin"):
        if (program := tree / folder / name).is_file():
            break
    else:
        raise ToolMissing(name, f"nor in {tree}; remove that folder, or as root run: {INSTALL_COMMAND}")
    libraries = library_folder(tree)
    search = [libraries, libraries / "asterisk", libraries / "pulseaudio"]
    path = ":".join(str(folder) for folder in search if folder.is_dir())
    environment = {"ESPEAK_DATA_PATH": str(libraries / "espeak-ng-data")} if name == "espeak-ng" else {}
    return Program(name, (str(_loader(tree)), "--library-path", path, str(program)), environment, tree)


def library_folder(tree: Path) -> Path:
    """Return the tree's folder of shared libraries (its name depends on the architecture)."""
    for libc in sorted(tree.glob("usr/lib/*/libc.so.6")):
        return libc.parent
    raise ToolMissing("libc", f"{tree} is not whole; remove that folder and start again")


def _loader(tree: Path) -> Path:
    for pattern in ("usr/lib64/ld-linux-*.so.*", "usr/lib/ld-linux-*.so.*", "usr/lib/*/ld-linux-*.so.*"):
        for loader in sorted(tree.glob(pattern)):
            return loader
    raise ToolMissing("ld-linux", f"{tree} is not whole; remove that folder and start again")
