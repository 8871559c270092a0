"""Actions for Asterisk, spelt so that no value can smuggle in a second one."""

from panoramisk.actions import Action

from ivr.errors import SettingsRefused

_BREAKS = frozenset("\r\n\0")


def spell(name: str, **fields: str) -> Action:
    """Return the action ``name`` with its ``fields`` and an ActionID of its own, to be answered by one response.

    Must be called while an event loop runs (panoramisk's Action holds the future of its answer). Raises
    :class:`SettingsRefused`, naming the field and never its value, where a value holds CR, LF or NUL:
    panoramisk would send what stands behind the line break as a header, or as an action, of its own.
    """
    for field, value in {"Action": name, **fields}.items():
        if not _BREAKS.isdisjoint(field + value):
            raise SettingsRefused(
                f"the AMI field {field} holds a line break or a NUL; write its value on one line in the settings"
            )
    return Action({"Action": name, **fields}, as_list=False)


def encoded(action: Action) -> bytes:
    """Return the action's bytes as they go over the wire."""
    return str(action).encode("utf-8")
