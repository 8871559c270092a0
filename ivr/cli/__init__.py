"""The command line: reads what a person wrote, calls one function of the house, shows what came of it."""

import errno
import sys
from typing import NoReturn

import typer

from ivr.cli.asking import asking_app
from ivr.cli.calls import export_app, import_app
from ivr.cli.demo import demo
from ivr.cli.do_not_ask import do_not_ask_app
from ivr.cli.doctor import doctor
from ivr.cli.experiments import experiments_app
from ivr.cli.figures import kpi_app
from ivr.cli.layouts import layouts_app
from ivr.cli.numbers import numbers_app
from ivr.cli.people import people_app, user_app
from ivr.cli.prompts import prompts_app
from ivr.cli.serve import db_app, serve
from ivr.cli.simulate import simulate
from ivr.errors import IvrError

app = typer.Typer(
    name="ivr",
    help="Asks callers to rate each call on the keypad, and turns the presses into fair figures about agents.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command()(serve)
app.command()(demo)
app.command()(doctor)
app.command()(simulate)
app.add_typer(layouts_app, name="layouts")
app.add_typer(experiments_app, name="experiments")
app.add_typer(prompts_app, name="prompts")
app.add_typer(import_app, name="import")
app.add_typer(export_app, name="export")
app.add_typer(asking_app, name="asking")
app.add_typer(do_not_ask_app, name="do-not-ask")
app.add_typer(numbers_app, name="numbers")
app.add_typer(kpi_app, name="kpi")
app.add_typer(people_app, name="people")
app.add_typer(user_app, name="user")
app.add_typer(db_app, name="db")


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
