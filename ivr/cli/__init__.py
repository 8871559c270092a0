"""The command line: reads what a person wrote, calls one function of the house, shows what came of it.

Only the command that was asked for is loaded: all of them together take a second, for libraries that most never use.
"""

import errno
import sys
from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any, NoReturn

import typer
from typer.core import TyperGroup

from ivr.errors import IvrError

_COMMANDS = {
    "serve": "serve:serve",
    "demo": "demo:demo",
    "doctor": "doctor:doctor",
    "simulate": "simulate:simulate",
    "layouts": "layouts:layouts_app",
    "experiments": "experiments:experiments_app",
    "prompts": "prompts:prompts_app",
    "import": "calls:import_app",
    "export": "calls:export_app",
    "asking": "asking:asking_app",
    "do-not-ask": "do_not_ask:do_not_ask_app",
    "numbers": "numbers:numbers_app",
    "kpi": "figures:kpi_app",
    "people": "people:people_app",
    "user": "users:user_app",
    "token": "tokens:token_app",
    "audit": "audit:audit_app",
    "db": "serve:db_app",
}
"""The module of each command in this room, and its name there."""


class _Loaded(Mapping[str, Any]):
    """The commands by name, each loaded when it is looked up."""

    def __getitem__(self, command: str) -> Any:  # noqa: ANN401 - typer tells no type of what it makes
        module, _, name = _COMMANDS[command].partition(":")
        found = getattr(import_module(f"ivr.cli.{module}"), name)
        alone = typer.Typer(rich_markup_mode=None)
        if isinstance(found, typer.Typer):
            alone.add_typer(found, name=command)
        else:
            alone.command(command)(found)
        return typer.main.get_group(alone).commands[command]

    def __iter__(self) -> Iterator[str]:
        return iter(_COMMANDS)

    def __len__(self) -> int:
        return len(_COMMANDS)


class _Commands(TyperGroup):
    def __init__(self, **given: Any) -> None:  # noqa: ANN401 - as the base class has it
        super().__init__(**{**given, "commands": _Loaded()})


app = typer.Typer(
    name="ivr",
    cls=_Commands,
    help="Asks callers to rate each call on the keypad, and turns the presses into fair figures about agents.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    callback=lambda: None,  # without one, typer would miss a command that it knows itself
)


def main() -> None:
    """Run the command; a mistake of the user's is one sentence on stderr, exit 1 (wrong usage: 2)."""
    try:
        app()
    except IvrError as error:
        _refuse(str(error))
    except OSError as fault:
        if fault.filename is None and fault.errno not in {errno.ENOSPC, errno.EDQUOT}:
            raise  # not about a place that somebody named, so a fault of ours
        place = fault.filename or "the output"
        _refuse(f"{place} cannot be used ({fault.strerror}); check that place, its rights and the room on its disk")


def _refuse(sentence: str) -> NoReturn:
    """Tell the sentence in one line: what a file held of line breaks and terminal codes is not passed on."""
    printable = "".join(letter if letter.isprintable() else "?" for letter in sentence)
    print(f"ivr: {printable}", file=sys.stderr)  # noqa: T201 - this is where sentences are told
    raise SystemExit(1) from None
