"""The view of Asterisk that the account of the service has: no more than ``write = reporting``.

With it Asterisk allows Getvar of read-only dialplan functions, and so the configuration files as they lie on
its disk (``AST_CONFIG``), the loaded modules (``IFMODULE``) and the global variables; and ShowDialPlan, which is the
dialplan as it is loaded. A function whose module is missing reads as empty, so that is looked at first.
"""

from collections.abc import Mapping
from functools import cached_property

from ivr.telephony.ami.manager_session import ManagerSession

_YES = frozenset({"yes", "true", "y", "t", "1", "on"})


class PbxView:
    """What can be seen of one Asterisk; each answer is asked for when it is wanted. Faults of the link are OSError."""

    def __init__(self, session: ManagerSession, user: str) -> None:
        self.session = session
        self.user = user

    @cached_property
    def sees_modules(self) -> bool:
        """Whether loaded modules can be told."""
        return self.session.function("IFMODULE(func_module.so)") == "1"

    @cached_property
    def sees_configuration(self) -> bool:
        """Whether the configuration files can be read."""
        # The manager is off unless its file says otherwise, so an Asterisk that let us in has this option.
        return self.option("manager.conf", "general", "enabled") != ""

    @cached_property
    def actions(self) -> frozenset[str]:
        """The actions that the account may use: ListCommands names exactly those."""
        return frozenset(self.session.ask("ListCommands"))

    @cached_property
    def settings(self) -> Mapping[str, str]:
        """CoreSettings: version, system name, user."""
        return self.session.ask("CoreSettings")

    @cached_property
    def dialplan(self) -> list[dict[str, str]]:
        """The whole dialplan as it is loaded; empty where it may not be seen."""
        return self.session.ask_list("ShowDialPlan")

    def has_module(self, module: str) -> bool:
        """Whether ``module`` (``app_queue.so``) is loaded; only where modules are seen."""
        return self.session.function(f"IFMODULE({module})") == "1"

    def option(self, file: str, section: str, name: str) -> str:
        """Return an option as it is written on Asterisk's disk; empty where there is none."""
        return self.session.function(f"AST_CONFIG({file},{section},{name})")

    def variable(self, name: str) -> str:
        """Return a global variable; empty where it is not set."""
        return self.session.function(name)


def is_yes(text: str) -> bool:
    """Read a switch as Asterisk does."""
    return text.lower() in _YES
