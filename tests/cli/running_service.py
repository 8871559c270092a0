"""``ivr serve`` as a process of its own, and a caller who speaks AGI with it as Asterisk does."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from .conftest import CommandLine

PATIENCE_SECONDS = 120.0
_numbers = count(1)


@dataclass
class RunningService:
    """The process and its log."""

    process: subprocess.Popen[bytes]
    log: Path

    def events(self, name: str) -> list[dict]:
        """Return the log's lines of one event."""
        return [line for line in map(json.loads, self.log.read_text().splitlines()) if line["event"] == name]

    def wait_for(self, name: str, number: int = 1) -> dict:
        """Return the ``number``-th line of an event, once it is there."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while len(found := self.events(name)) < number:
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.02)
        return found[number - 1]

    def reload(self) -> None:
        """Send what systemd's reload sends."""
        os.kill(self.process.pid, signal.SIGHUP)

    def get(self, path: str) -> str:
        with urllib.request.urlopen(self.wait_for("serving")["web"] + path, timeout=10) as answer:
            assert answer.status == 200
            return answer.read().decode()

    def reloads(self, result: str) -> int:
        name = f'ivr_reloads_total{{result="{result}"}} '
        return int(float(next(line for line in self.get("metrics").splitlines() if line.startswith(name)).split()[1]))

    def caller(self, number: str | None = None, **arguments: str) -> "Caller":
        host, _, port = self.wait_for("serving")["agi"].rpartition(":")
        return Caller(host, int(port), number, **arguments)


@contextmanager
def serving(
    ivr: CommandLine, *, program: tuple[str, ...] = ("-m", "ivr", "serve"), **settings: str
) -> Iterator[RunningService]:
    """Run the service until the block ends; it has to end well on SIGTERM.

    ``program`` is what Python is to run.
    """
    log = ivr.folder / f"service-{next(_numbers)}.log"
    with log.open("wb") as sink:
        process = subprocess.Popen(
            [sys.executable, *program],
            cwd=ivr.folder,
            env=ivr.environment | settings,
            stdout=subprocess.DEVNULL,
            stderr=sink,
        )
    service = RunningService(process, log)
    try:
        service.wait_for("serving")
        yield service
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE_SECONDS) == 0
        assert "Traceback" not in log.read_text()
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


class Caller:
    """One call, from its header to its end; every recording is over at once."""

    def __init__(self, host: str, port: int, number: str | None = None, **arguments: str) -> None:
        self.uniqueid = f"1700000000.{next(_numbers)}"
        self._socket = socket.create_connection((host, port), timeout=PATIENCE_SECONDS)
        self._lines = self._socket.makefile("rw", newline="\n")
        self._keys = ""
        named = {"queue": "support"} | arguments
        header = (
            "agi_network: yes",
            "agi_network_script: rate",
            f"agi_uniqueid: {self.uniqueid}",
            "agi_language: en",
            *(() if number is None else (f"agi_callerid: {number}",)),
            *(f"agi_arg_{place}: {name}={value}" for place, (name, value) in enumerate(named.items(), start=1)),
        )
        self._send("\n".join(header) + "\n")

    def listen_to(self, prompt: str) -> None:
        """Go on until ``prompt`` is about to be played, and leave it playing."""
        for line in self._lines:
            if line.startswith("STREAM FILE") and f"/{prompt} " in line:
                return
            self._send(self._reply(line))
        raise AssertionError(f"{prompt} was never played")

    def press(self, key: str) -> None:
        """Press ``key`` in the prompt that plays, and follow the call to its end."""
        self._keys += key
        self._send(f"200 result={ord(key)} endpos=800")
        for line in self._lines:
            self._send(self._reply(line))
        self._socket.close()

    def hear_out(self) -> None:
        """Follow the call to its end without a key."""
        for line in self._lines:
            self._send(self._reply(line))
        self._socket.close()

    def _reply(self, line: str) -> str:
        if line.startswith("STREAM FILE"):
            return "200 result=0 endpos=800"
        if line.startswith("GET VARIABLE IVR_KEYS"):
            return f"200 result=1 ({self._keys})" if self._keys else "200 result=0"
        return "200 result=1"

    def _send(self, text: str) -> None:
        self._lines.write(text + "\n")
        self._lines.flush()
