"""What the doctor found: one line each, with the remedy where something is amiss."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Self


class PbxCheck(StrEnum):
    """Everything that is looked at in Asterisk, as the line names it."""

    ADDRESS = "AMI address"
    SIGN_IN = "AMI sign-in"
    VERSION = "Asterisk version"
    WRITE_RIGHTS = "AMI write rights"
    READ_RIGHTS = "AMI read rights"
    EVENT_FILTER = "AMI event filter"
    TIMESTAMPS = "AMI timestamps"
    EXPOSURE = "AMI exposure"
    DANGEROUS_FUNCTIONS = "dangerous functions"
    MODULES = "modules"
    PROGRAM_MODULES = "modules that run programs"
    QUEUES = "queues"
    QUEUE_LOG = "queue_log"
    CONTEXT = "dialplan context"
    ENTRY = "dialplan entry"
    LEAVE_OPTIONS = "dialplan options"
    INVITATION = "dialplan invitation"
    SERVICE_ADDRESS = "dialplan IVR_AGI"
    PBX_NAME = "PBX name"
    SOUNDS = "prompts in Asterisk"
    CLOCK = "clock"
    TIME_ZONE = "time zone"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. ``ok`` is None where it could not be seen, or is advice only.

    ``remedy`` says what to do, or how to look where this program cannot; a finding that is not ok has one.
    """

    check: StrEnum
    ok: bool | None
    detail: str
    remedy: str = ""

    @classmethod
    def sound(cls, check: StrEnum, detail: str) -> Self:
        """Return a finding that was seen to be in order."""
        return cls(check, ok=True, detail=detail)

    @classmethod
    def wrong(cls, check: StrEnum, detail: str, remedy: str) -> Self:
        """Return a finding that keeps ratings from being right or whole."""
        return cls(check, ok=False, detail=detail, remedy=remedy)

    @classmethod
    def note(cls, check: StrEnum, detail: str, remedy: str) -> Self:
        """Return advice, or what could not be seen with what to do instead."""
        return cls(check, ok=None, detail=detail, remedy=remedy)
