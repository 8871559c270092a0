"""pystrix's FastAGI server with the seven commands: a thread for each session."""

import sys
import threading
from pathlib import Path

from pystrix.agi import core
from pystrix.agi.fastagi import FastAGI, FastAGIServer

from benchmarks.agi.servers.lifetime import tell_port
from benchmarks.agi.servers.seven import KEYS, PROMPTS, WAIT_MS


class Server(FastAGIServer):
    """The library's server, which otherwise runs ``sysctl`` to learn this number."""

    @staticmethod
    def get_somaxconn() -> int:
        """Return the longest backlog that the kernel allows."""
        return int(Path("/proc/sys/net/core/somaxconn").read_text())


def rate(agi: FastAGI, _arguments: object, _named: object, _match: object, _path: str) -> None:
    """Send the seven commands."""
    agi.execute(core.Answer())
    for prompt in PROMPTS:
        agi.execute(core.StreamFile(prompt, KEYS))
    agi.execute(core.WaitForDigit(WAIT_MS))
    agi.execute(core.SetVariable("IVR_RESULT", "done"))
    agi.execute(core.Hangup())


def run() -> None:
    """Serve until standard input ends."""
    server = Server("127.0.0.1", 0)
    server.register_script_handler("rate", rate)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    tell_port(server.server_address[1])
    sys.stdin.read()
