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


class LifecycleRefused(IvrError):
    """A step with a layout's version cannot be taken as it stands."""


class ExperimentRefused(IvrError):
    """An experiment makes no sense, or is changed after its start.

    ``place`` is the way to the fault in the experiment's file: names of keys, and numbers from 1 in a list.
    """

    def __init__(self, sentence: str, *, place: tuple[str | int, ...] = ()) -> None:
        super().__init__(sentence)
        self.place = place


class ExperimentUnknown(IvrError):
    """No experiment has this key: no file, no log and no call knows it."""


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


class DatabaseMissing(DatabaseRefused):
    """There is no database yet, and the command makes none."""


class TalliesNotBuilt(DatabaseRefused):
    """The ledger is older than its tallies, which are to be built from it first."""


class PagesUnavailable(IvrError):
    """What answers pages is not there just now, or has too much to do."""


class FiguresBeingComputed(PagesUnavailable):
    """Figures take longer than a reader waits for a page; they are computed on, and kept once they are there."""


class ImportRefused(IvrError):
    """A file to import was refused whole; names the line."""

    def __init__(self, line: int, fault: str, remedy: str) -> None:
        super().__init__(f"line {line}: {fault}; {remedy}; nothing of the file was kept")
        self.line = line
        self.fault = fault
        self.remedy = remedy


class ImportBroken(IvrError):
    """An import could not go on, and the file is not to blame."""


class UserRefused(IvrError):
    """A user cannot be added or changed as asked."""


class ContestRefused(IvrError):
    """A rating cannot be contested, or a contest not be decided, as asked."""


class PasswordRefused(UserRefused):
    """The present password, asked for once more, is wrong."""


class SimulationRefused(IvrError):
    """A synthetic call centre cannot be drawn or written as asked."""


class AskingRefused(IvrError):
    """The rules of who is asked make no sense; names the file's line."""


class NumberRefused(IvrError):
    """A caller's number or hash, or the key that opens sealed numbers, cannot be used."""
