"""Reasons without commands: who reads a page of figures runs none, so a sentence ends where its command begins."""

import re

_COMMAND = re.compile(r"[:;,][^:;,`]*`ivr [^`]*`[^;]*")


def without_command(sentence: str) -> str:
    """Return ``sentence`` without the clause that names a command of ours."""
    return _COMMAND.sub("", sentence)
