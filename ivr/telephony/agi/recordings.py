"""Recordings: what a caller says, written by Asterisk into a folder of its machine.

``RECORD FILE`` answers with how it ended in brackets (seen on Asterisk 22, as ``res/res_agi.c`` has it):

* ``result=35 (dtmf) endpos=N``: the finish key; the last 200 ms are cut off, for a tone may be in them;
* ``result=13002 (timeout) endpos=N``: silence or the limit. The number says nothing, and may look like a key.
  Of the silence its last second stays in the file;
* ``result=-1 (hangup) endpos=N``: the caller hung up, or the guard ran out; what was recorded is kept;
* ``result=-1 (writefile)``, at once: the folder or the format is not there, or may not be written.

Silence is told from frames that Asterisk receives. A telephone that sends none while nobody speaks is recorded until
the finish key or the limit.
"""

import math
import re
from dataclasses import dataclass
from hashlib import sha256
from pathlib import PurePosixPath
from unicodedata import category

from ivr.domain.calls import CallId
from ivr.domain.flow.commands import Record
from ivr.telephony.agi.framing import Reply

_SAFE = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-")
_LONGEST_NAME = 200  # a file system takes 255 bytes, and the format's ending is one of them
_SHORTENED = re.compile(r"[0-9A-Za-z.+_-]+~[0-9a-f]{32}")
_CODED = re.compile("_([0-9a-f]{2})")
_NO_FILE = frozenset({"writefile", "randomerror"})
_SAMPLES_PER_MS = {"wav16": 16}
_USUAL_SAMPLES_PER_MS = 8


@dataclass(frozen=True, slots=True)
class Recordings:
    """Where one call's recordings go: ``folder`` is absolute, on Asterisk's machine."""

    folder: PurePosixPath
    call: CallId

    def file_of(self, question: str) -> str:
        """Return the name of the recording after ``question``, without its ending.

        It says which call and which question it belongs to, and nothing of the caller.
        """
        name = "+".join(map(_plain, (self.call.pbx, self.call.uniqueid, question)))
        if len(name) <= _LONGEST_NAME:
            return name
        return f"{name[: _LONGEST_NAME - 33]}~{sha256(name.encode()).hexdigest()[:32]}"

    def command(self, record: Record) -> str:
        """Return the AGI command that carries ``record`` out; silence counts in whole seconds, rounded up."""
        path = str(self.folder / self.file_of(record.question))
        silence = math.ceil(record.silence_milliseconds / 1000)
        ends = f" s={silence}" if silence else ""
        return f'RECORD FILE {_quoted(path)} {record.format} "{record.finish_key}" {record.milliseconds}{ends}'


def named_in(file: str) -> tuple[CallId, str] | None:
    """Return the call and the question that a recording is named after; None where it is no recording's name.

    Nobody's call or question has a control character, so what leads to one is no recording's name either.
    """
    parts = file.split("+")
    if len(parts) != 3 or not all(parts) or not set(file) <= _SAFE | {"+", "_"}:
        return None
    try:
        pbx, uniqueid, question = (_CODED.sub(lambda code: chr(int(code[1], 16)), part) for part in parts)
        pbx, uniqueid, question = (part.encode("latin-1").decode() for part in (pbx, uniqueid, question))
    except UnicodeError:
        return None
    if any(category(letter) == "Cc" for letter in pbx + uniqueid + question):
        return None
    return CallId(pbx, uniqueid), question


def is_shortened(file: str) -> bool:
    """Say whether ``file`` is the name of a recording that was too long, and so does not lead back to its call."""
    return _SHORTENED.fullmatch(file) is not None and len(file) == _LONGEST_NAME


def has_file(reply: Reply) -> bool:
    """Say whether there is a recording."""
    return reply.value not in _NO_FILE


def finish_key(reply: Reply, record: Record) -> str | None:
    """Return the key that ended it; None where none did."""
    return record.finish_key if reply.value == "dtmf" else None


def recorded_ms(reply: Reply, record: Record) -> int:
    """Return how long the recording is."""
    return (reply.endpos or 0) // _SAMPLES_PER_MS.get(record.format, _USUAL_SAMPLES_PER_MS)


def _plain(text: str) -> str:
    """Write each byte that a file's name should not have as ``_`` and its number, so that two never become one."""
    return "".join(letter if letter in _SAFE else letter.encode().hex("_").join(("_", "")) for letter in text)


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
