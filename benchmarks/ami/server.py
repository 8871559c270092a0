"""A manager of plain sockets that floods whoever signs in; a process of its own, so that it takes no reader's time.

    python -m benchmarks.ami.server EVENTS

Prints its port, then for each link one line of JSON: when the flood began and when the last byte was taken off
our hands (seconds of the monotonic clock, which all processes of a machine share).
"""

import json
import socket
import sys
import threading
import time
from contextlib import suppress

from benchmarks.ami.events import flood

_QUIET_SECONDS = 0.3  # a reader has asked what it asks after its sign-in


class Link:
    """One reader's connection: answers its actions, and floods it once it has been quiet after the sign-in."""

    def __init__(self, sock: socket.socket, slices: list[bytes]) -> None:
        self._socket = sock
        self._slices = slices
        self._turn = threading.Lock()
        self._asked_at: float | None = None

    def serve(self) -> None:
        """Serve until the reader goes."""
        self._socket.sendall(b"Asterisk Call Manager/11.0.0\r\n")
        threading.Thread(target=self._answer, daemon=True).start()
        while self._asked_at is None or time.monotonic() < self._asked_at + _QUIET_SECONDS:
            time.sleep(0.02)
        began = time.monotonic()
        for piece in self._slices:
            with self._turn:
                self._socket.sendall(piece)
        print(json.dumps({"began": began, "taken": time.monotonic()}), flush=True)

    def _answer(self) -> None:
        heard = b""
        with suppress(ConnectionError):  # a reader that is through just goes
            while data := self._socket.recv(65536):
                *actions, heard = (heard + data).split(b"\r\n\r\n")
                for action in actions:
                    with self._turn:
                        self._socket.sendall(_answer_to(action))
                self._asked_at = time.monotonic()


def _answer_to(action: bytes) -> bytes:
    headers = dict(line.split(": ", 1) for line in action.decode().split("\r\n") if ": " in line)
    answer = f"Response: Success\r\nActionID: {headers.get('ActionID', '')}\r\nMessage: done\r\n\r\n"
    if headers["Action"] == "CoreShowChannels":
        answer += f"Event: CoreShowChannelsComplete\r\nActionID: {headers['ActionID']}\r\nListItems: 0\r\n\r\n"
    return answer.encode()


def main() -> None:
    """Serve one reader after another until killed."""
    slices = flood(int(sys.argv[1])).slices
    with socket.create_server(("127.0.0.1", 0)) as server:
        print(server.getsockname()[1], flush=True)
        while True:
            sock, _ = server.accept()
            try:
                Link(sock, slices).serve()
            except OSError as gone:
                print(json.dumps({"gone": str(gone)}), flush=True)


if __name__ == "__main__":
    main()
