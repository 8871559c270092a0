"""Errors that a person can act on: one sentence, with the remedy.

Everything raised on purpose for a user's or an administrator's mistake is a leaf of :class:`IvrError`.
The command line prints ``str(error)`` and exits; it never shows a traceback for one of these.
Leaves carry what they speak of as attributes, so that callers need not parse the sentence.
"""


class IvrError(Exception):
    """Base of every error that is told to a person in one sentence with its remedy."""


class SettingsRefused(IvrError):
    """A setting is missing, unknown or out of range."""


class ToolMissing(IvrError):
    """A program that this machine lacks is needed."""

    def __init__(self, tool: str, remedy: str) -> None:
        super().__init__(f"{tool} is not on this machine; {remedy}")
        self.tool = tool
        self.remedy = remedy


class LayoutRefused(IvrError):
    """A layout does not make sense; names the place and what to write instead."""

    def __init__(self, place: str, fault: str, remedy: str) -> None:
        super().__init__(f"{place}: {fault}; {remedy}")
        self.place = place
        self.fault = fault
        self.remedy = remedy


class ExperimentRefused(IvrError):
    """An experiment's file does not describe a proper allocation."""


class PromptRefused(IvrError):
    """A prompt's audio is missing, or not in a format that Asterisk plays."""


class AddressInUse(IvrError):
    """The port that a listener wants is taken."""

    def __init__(self, what: str, address: str, setting: str) -> None:
        super().__init__(
            f"{what} cannot listen on {address}: the address is in use; "
            f"stop the other program, or choose another with {setting}"
        )
        self.address = address
        self.setting = setting


class AmiRefused(IvrError):
    """Asterisk's manager refused the sign-in."""


class DatabaseRefused(IvrError):
    """The database cannot be used as it is."""


class ImportRefused(IvrError):
    """A file to import was refused whole; names the line."""

    def __init__(self, line: int, fault: str, remedy: str) -> None:
        super().__init__(f"line {line}: {fault}; {remedy}; nothing of the file was kept")
        self.line = line


class UserRefused(IvrError):
    """A user cannot be added or changed as asked."""
