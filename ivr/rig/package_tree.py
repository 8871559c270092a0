"""A private tree of the distribution's packages: Asterisk, SIPp and espeak-ng without root.

Theory. ``apt`` can be told to keep every one of its own files elsewhere. With an empty package status it then
resolves a whole closure (libc included) and downloads it, checking the archive's signature with the
distribution's keyring as ever; ``dpkg-deb -x`` unpacks without running a maintainer script. The programs run on
the host through the tree's own dynamic loader, so neither root nor a container nor a chroot is needed.
The mirror is the one that this machine's apt uses already. The tree is built beside its final name under a
file lock and renamed into place, so that a half-built tree is never used and two starts at once make one tree.
"""

import contextlib
import fcntl
import hashlib
import os
import platform
import pwd
import shutil
import stat
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

from ivr.errors import ToolMissing

Progress = Callable[[str], None]

PACKAGES = ("asterisk", "asterisk-modules", "asterisk-core-sounds-en-gsm", "sip-tester", "espeak-ng")
SUITE = "forky"
INSTALL_COMMAND = "apt-get install asterisk sip-tester espeak-ng"
RECIPE_VERSION = 1
LOCK_WAIT_SECONDS = 900.0
DOWNLOAD_SECONDS = 900.0

# Nothing runs these; they are a sixth of the tree.
UNUSED = ("usr/share/doc", "usr/share/man", "usr/share/locale", "usr/share/icons", "usr/share/fonts", "var/cache")
KEYRING_FOLDER = Path("/usr/share/keyrings")


def cache_folder() -> Path:
    """Return where private trees are kept: ``IVR_CACHE_DIR``, or ``ivr-rating`` in the user's cache folder."""
    if chosen := os.environ.get("IVR_CACHE_DIR"):
        return Path(chosen).absolute()
    base = os.environ.get("XDG_CACHE_HOME") or str(Path(os.environ.get("HOME", "/nonexistent")) / ".cache")
    return Path(base).absolute() / "ivr-rating"


def ensure_tree(progress: Progress, cache: Path | None = None) -> Path:
    """Return the private tree, building it first where it is not there yet (about 110 MB of downloads).

    Raises:
        ToolMissing: apt or dpkg is not here, the cache folder cannot be written, or the packages cannot be had.
    """
    folder = cache_folder() if cache is None else cache
    tree = folder / f"tree-{_recipe_hash()}"
    if tree.is_dir():
        return tree
    for needed in ("apt-get", "apt-config", "dpkg-deb"):
        if shutil.which(needed) is None:
            raise _refusal(f"{needed} is missing, so no private one can be made")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _locked(folder / f"{tree.name}.lock", progress):
            if not tree.is_dir():
                _build(tree, progress)
    except OSError as error:
        raise _refusal(f"a private one cannot be kept in {folder} ({error}); set IVR_CACHE_DIR") from error
    return tree


def _recipe_hash() -> str:
    recipe = repr((RECIPE_VERSION, SUITE, PACKAGES, UNUSED, platform.machine()))
    return hashlib.sha256(recipe.encode()).hexdigest()[:12]


def _refusal(reason: str) -> ToolMissing:
    return ToolMissing("asterisk", f"{reason}; as root run: {INSTALL_COMMAND}")


@contextlib.contextmanager
def _locked(path: Path, progress: Progress) -> Iterator[None]:
    with path.open("w") as lock:
        deadline = time.monotonic() + LOCK_WAIT_SECONDS
        told = False
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if not told:
                    progress("waiting for another start that is making the private Asterisk")
                    told = True
                if time.monotonic() > deadline:
                    raise _refusal(f"another start holds {path} for too long") from None
                time.sleep(0.2)
        yield


def _build(tree: Path, progress: Progress) -> None:
    work = tree.with_name(f"{tree.name}.building")
    shutil.rmtree(work, ignore_errors=True)  # left by a start that was killed: whoever holds the lock owns it
    try:
        conf = _private_apt(work / "apt")
        progress(f"fetching the package lists of {SUITE}")
        _apt(conf, "update")
        progress("downloading Asterisk, SIPp and espeak-ng (about 110 MB, once)")
        _apt(conf, "install", "--yes", "--download-only", "--no-install-recommends", *PACKAGES)
        unpacked = work / "tree"
        unpacked.mkdir()
        archives = sorted((work / "apt/cache/archives").glob("*.deb"))
        progress(f"unpacking {len(archives)} packages")
        for archive in archives:
            _run(["dpkg-deb", "-x", str(archive), str(unpacked)], {}, "unpack a package")
        _trim(unpacked)
        unpacked.rename(tree)
        progress("the private Asterisk is in place")
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _private_apt(root: Path) -> Path:
    for name in ("state/lists/partial", "cache/archives/partial", "etc"):
        (root / name).mkdir(parents=True)
    (root / "state/status").touch()
    (root / "etc/sources.list").write_text(f"deb [signed-by={_keyring()}] {_mirror()} {SUITE} main\n")
    lines = [
        *_transport_options(),
        'Dir::Etc::parts "/dev/null";',
        'Dir::Etc::main "/dev/null";',
        f'Dir::Etc::sourcelist "{root}/etc/sources.list";',
        'Dir::Etc::sourceparts "/dev/null";',
        'Dir::Etc::preferences "/dev/null";',
        'Dir::Etc::preferencesparts "/dev/null";',
        f'Dir::State "{root}/state";',
        f'Dir::State::status "{root}/state/status";',
        f'Dir::Cache "{root}/cache";',
        f'Dir::Log "{root}";',
        f'APT::Sandbox::User "{pwd.getpwuid(os.geteuid()).pw_name}";',
        'APT::Update::Error-Mode "any";',
        'Acquire::Check-Valid-Until "false";',
        'Acquire::Languages "none";',
        'Acquire::Retries "2";',
        'Acquire::http::Timeout "30";',
    ]
    conf = root / "apt.conf"
    conf.write_text("\n".join(lines) + "\n")
    return conf


def _transport_options() -> list[str]:
    """Copy the machine's proxy settings; its hooks and its other settings stay out."""
    dump = _run(["apt-config", "dump"], {}, "read apt's settings").splitlines()
    return [line for line in dump if line.lower().startswith(("acquire::http", "acquire::https"))]


def _mirror() -> str:
    """Return the main archive that this machine's apt uses, found by asking apt."""
    listing = _run(["apt-get", "update", "--print-uris"], {}, "name this machine's mirror")
    for line in listing.splitlines():
        uri = line.split(" ", 1)[0].strip("'")
        base, found, rest = uri.partition("/dists/")
        suite = rest.partition("/")[0]
        path = urlsplit(base).path
        if found and "-" not in suite and "security" not in path and path.rstrip("/").endswith("debian"):
            return f"{base}/"
    raise _refusal("this machine's apt names no Debian mirror, so no private one can be made")


def _keyring() -> Path:
    for name in ("debian-archive-keyring.pgp", "debian-archive-keyring.gpg"):
        if (KEYRING_FOLDER / name).is_file():
            return KEYRING_FOLDER / name
    raise _refusal(f"the distribution's keyring is not in {KEYRING_FOLDER}, so no private one can be checked")


def _apt(conf: Path, *arguments: str) -> None:
    _run(["apt-get", "-q", *arguments], {"APT_CONFIG": str(conf)}, f"apt-get {arguments[0]}")


def _run(command: list[str], environment: dict[str, str], purpose: str) -> str:
    env = {**os.environ, "LC_ALL": "C", "DEBIAN_FRONTEND": "noninteractive", **environment}
    try:
        done = subprocess.run(
            command,
            env=env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=DOWNLOAD_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise _refusal(f"{purpose} took longer than {DOWNLOAD_SECONDS:.0f} s") from None
    if done.returncode != 0:
        errors = [line for line in done.stderr.splitlines() if line.startswith("E:")]
        reason = (errors or done.stderr.splitlines() or [f"exit {done.returncode}"])[0]
        raise _refusal(f"a private one could not be made ({purpose}: {reason.removeprefix('E: ')})")
    return done.stdout


def _trim(tree: Path) -> None:
    """Remove what nothing runs, and every set-user-id bit: the tree needs no privilege and must not offer one."""
    for name in UNUSED:
        shutil.rmtree(tree / name, ignore_errors=True)
    for folder, _, files in os.walk(tree):
        for name in files:
            path = Path(folder) / name
            mode = path.lstat().st_mode
            if stat.S_ISREG(mode) and mode & (stat.S_ISUID | stat.S_ISGID):
                path.chmod(stat.S_IMODE(mode) & ~(stat.S_ISUID | stat.S_ISGID))
