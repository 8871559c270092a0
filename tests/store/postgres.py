"""A private PostgreSQL for the tests: its own cluster in a folder of its own, reachable by a Unix socket only."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

_START_SECONDS = 60


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        versions = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
        if not versions:
            raise RuntimeError(f"{name} is not on this machine; install it with: apt-get install postgresql")
        found = str(versions[-1])
    return found


@contextmanager
def private_cluster() -> Iterator[Path]:
    """Yield the folder of the cluster's socket."""
    # PostgreSQL refuses to run as root, and a short path keeps the socket's name within its limit.
    user = "postgres" if os.geteuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="ivr-pg-", dir="/tmp"))
    identity = {} if user is None else {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []}
    if user is not None:
        os.chown(folder, pwd.getpwnam(user).pw_uid, pwd.getpwnam(user).pw_gid)
    data = folder / "data"
    try:
        subprocess.run(
            [_program("initdb"), "-D", data, "-U", "ivr", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"],
            check=True,
            capture_output=True,
            cwd=folder,
            **identity,
        )
        with (folder / "log").open("w") as log:
            server = subprocess.Popen(
                [_program("postgres"), "-D", data, "-k", folder, "-c", "listen_addresses=", "-c", "fsync=off"],
                stdout=log,
                stderr=log,
                cwd=folder,
                **identity,
            )
        try:
            _wait_until_up(folder, server)
            yield folder
        finally:
            server.send_signal(signal.SIGINT)
            server.wait()
    finally:
        shutil.rmtree(folder)


def _wait_until_up(folder: Path, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while True:
        try:
            psycopg.connect(host=str(folder), user="ivr", dbname="postgres").close()
        except psycopg.OperationalError:
            if server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError((folder / "log").read_text()) from None
            time.sleep(0.05)
        else:
            return


def new_database(socket_folder: Path, name: str) -> str:
    """Make an empty database and return its address."""
    with psycopg.connect(host=str(socket_folder), user="ivr", dbname="postgres", autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    return f"postgresql://ivr@/{name}?host={socket_folder}"
