"""A blocking session with Asterisk's manager, for one look: question, answer, good-bye.

Of asterisk-ami the wire is used (its client's reader, its actions), not its futures: those wait for ever once the
link is gone. Its reader dies of ``timeout`` seconds of silence; in a session that never idles that is a second
deadline, and it lets the reader's thread end whatever Asterisk does.
"""

import queue
import socket
import time
from contextlib import suppress
from itertools import count
from types import TracebackType
from typing import Self

from asterisk.ami import Action, AMIClient

from ivr.errors import AmiRefused, SettingsRefused

_BREAKS = frozenset("\r\n\0")
_GREETING = b"Asterisk Call Manager/"


class ManagerSession:
    """A signed-in session; leaves when its ``with`` block ends. Faults of the link are :class:`OSError`."""

    def __init__(self, client: AMIClient, deadline_seconds: float) -> None:
        self._client = client
        self._deadline_seconds = deadline_seconds
        self._numbers = count(1)
        # Filled by the client's own thread; None once its link is gone.
        self._heard: queue.SimpleQueue[dict[str, str] | None] = queue.SimpleQueue()
        client.add_listener(
            on_response=lambda response, **_: self._heard.put({**response.keys, "Response": response.status}),
            on_event=lambda event, **_: self._heard.put({**event.keys, "Event": event.name}),
            on_disconnect=lambda **_: self._heard.put(None),
        )

    @classmethod
    def sign_in(cls, host: str, port: int, user: str, secret: str, *, deadline_seconds: float) -> Self:
        """Return a session that is signed in.

        Raises :class:`OSError` where nothing usable answers, :class:`AmiRefused` where the account is refused,
        :class:`SettingsRefused` where its name or secret cannot be sent.
        """
        _refuse_breaks({"user": user, "secret": secret})
        _look_for_manager(host, port, deadline_seconds)
        client = AMIClient(address=host, port=port, timeout=2 * deadline_seconds)
        session = cls(client, deadline_seconds)
        client.connect()
        try:
            answer = session.ask("Login", Username=user, Secret=secret, Events="off")
            if answer["Response"] != "Success":
                raise AmiRefused(
                    f"Asterisk's manager at {host}:{port} refused the user {user} "
                    f"({answer.get('Message', 'without a reason')}); compare IVR_AMI_USER and IVR_AMI_SECRET with "
                    f"manager.conf"
                )
        except BaseException:
            session.leave()
            raise
        return session

    def ask(self, name: str, **fields: str) -> dict[str, str]:
        """Return the response to an action: its headers, and ``Response``."""
        return self._converse(name, fields)[0]

    def ask_list(self, name: str, **fields: str) -> list[dict[str, str]]:
        """Return the rows of an action that answers with a list; none where it is refused."""
        return self._converse(name, fields)[1:]

    def function(self, expression: str) -> str:
        """Return the value of a read-only dialplan function; empty where there is none or it is refused."""
        return self.ask("Getvar", Variable=expression).get("Value", "")

    def leave(self) -> None:
        """Sign out and end the client's thread."""
        with suppress(OSError):  # gone already, which is what was wanted
            self.ask("Logoff")
        self._client.disconnect()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.leave()

    def _converse(self, name: str, fields: dict[str, str]) -> list[dict[str, str]]:
        _refuse_breaks(fields)
        action_id = f"probe-{next(self._numbers)}"
        self._client.send(Action(name, {**fields, "ActionID": action_id}))
        due = time.monotonic() + self._deadline_seconds
        heard: list[dict[str, str]] = []
        while not _is_whole(heard):
            try:
                message = self._heard.get(timeout=max(0.0, due - time.monotonic()))
            except queue.Empty:
                raise TimeoutError(f"Asterisk did not answer {name} within {self._deadline_seconds:g} s") from None
            if message is None:
                self._heard.put(None)
                raise ConnectionError("Asterisk closed the connection")
            if message.get("ActionID") == action_id:
                heard.append(message)
        return heard[:1] + [row for row in heard[1:] if not _is_end(row)]


def _is_whole(heard: list[dict[str, str]]) -> bool:
    if not heard:
        return False
    return heard[0].get("EventList", "").lower() != "start" or _is_end(heard[-1])


def _is_end(row: dict[str, str]) -> bool:
    return row.get("EventList", "").lower() in {"complete", "cancelled"}


def _refuse_breaks(fields: dict[str, str]) -> None:
    for field, value in fields.items():
        if not _BREAKS.isdisjoint(value):
            raise SettingsRefused(f"the AMI {field} holds a line break or a NUL; write it on one line in the settings")


def _look_for_manager(host: str, port: int, deadline_seconds: float) -> None:
    """Read the greeting ourselves: asterisk-ami's thread dies with a traceback where it does not come."""
    with socket.create_connection((host, port), timeout=deadline_seconds) as link:
        greeting = b""
        while len(greeting) < len(_GREETING) and (data := link.recv(len(_GREETING) - len(greeting))):
            greeting += data
    if greeting != _GREETING:
        raise ConnectionError("it is not Asterisk's manager")
