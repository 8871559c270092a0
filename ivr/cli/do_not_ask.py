"""``ivr do-not-ask``: the list of callers who are not to be asked."""

import asyncio
import getpass
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated

import typer

from ivr.bootstrap import parts
from ivr.cli.options import Config
from ivr.errors import NumberRefused
from ivr.settings import Settings, load_settings
from ivr.store.do_not_ask import SqlDoNotAsk
from ivr.store.do_not_ask_file import read_do_not_ask, write_do_not_ask
from ivr.usecases.keep_do_not_ask import KeepDoNotAsk

do_not_ask_app = typer.Typer(help="The callers who are not to be asked.", no_args_is_help=True)

Callers = Annotated[list[str], typer.Argument(help="Numbers, or hashes (h1:...).")]
By = Annotated[str | None, typer.Option("--by", help="Who says so; else the user of this machine.")]
Output = Annotated[Path | None, typer.Option("--output", "-o", help="A file; else stdout.")]


@do_not_ask_app.command("add")
def add(callers: Callers, by: By = None, config: Config = None) -> None:
    """Enter callers: they are not asked any more."""
    settings = load_settings(config)
    hashes = _hashes(settings, callers)
    added = _run(settings, lambda words: KeepDoNotAsk(words, parts.now).add(hashes, by or getpass.getuser()))
    typer.echo(f"{added} added, {len(hashes) - added} already there", err=True)


@do_not_ask_app.command("remove")
def remove(callers: Callers, by: By = None, config: Config = None) -> None:
    """Let callers be asked again; what they said before stays in the history."""
    settings = load_settings(config)
    hashes = _hashes(settings, callers)
    removed = _run(settings, lambda words: KeepDoNotAsk(words, parts.now).withdraw(hashes, by or getpass.getuser()))
    typer.echo(f"{removed} removed, {len(hashes) - removed} not on the list", err=True)


@do_not_ask_app.command("list")
def show(config: Config = None) -> None:
    """Show who is on the list, by hash."""
    settings = load_settings(config)

    async def work(words: SqlDoNotAsk) -> int:
        count = 0
        for entry in words.standing():
            at = entry.at.astimezone(settings.zone).isoformat(timespec="seconds")
            typer.echo(f"{entry.caller}  {at}  {entry.source}{f' by {entry.who}' if entry.who else ''}")
            count += 1
        return count

    count = _run(settings, work)
    typer.echo(f"{count} {'caller is' if count == 1 else 'callers are'} not to be asked", err=True)


@do_not_ask_app.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(help="CSV: caller, and at, source, who where they are known.")],
    by: By = None,
    config: Config = None,
) -> None:
    """Enter the callers of a file, all or none; who is there already, or said otherwise since, stays as it is."""
    settings = load_settings(config)
    pseudonym = parts.pseudonyms(settings).of_number_or_pseudonym
    # Whole before the first is written.
    entries = list(read_do_not_ask(file, pseudonym=pseudonym, now=parts.now(), who=by or getpass.getuser()))
    added = _run(settings, lambda words: words.append(entries))
    typer.echo(f"{added} added, {len(entries) - added} already there or changed since", err=True)


@do_not_ask_app.command("export")
def export_file(output: Output = None, config: Config = None) -> None:
    """Write the list as CSV: hashes, when, source and who; no numbers."""
    settings = load_settings(config)

    async def work(words: SqlDoNotAsk) -> int:
        if output is None:
            return write_do_not_ask(words.standing(), sys.stdout)
        with output.open("w", encoding="utf-8", newline="") as target:
            return write_do_not_ask(words.standing(), target)

    count = _run(settings, work)
    typer.echo(f"{count} {'caller' if count == 1 else 'callers'} exported", err=True)


def _hashes(settings: Settings, callers: list[str]) -> list[str]:
    pseudonyms = parts.pseudonyms(settings)
    hashes = []
    for place, caller in enumerate(callers, start=1):
        made = pseudonyms.of_number_or_pseudonym(caller)
        if made is None:
            raise NumberRefused(f"caller {place} is neither a number nor a hash; write a number, or h1: and 64 digits")
        if made != caller and not pseudonyms.is_dialable(caller):
            raise NumberRefused(_not_dialable(place, caller, settings.default_region))
        hashes.append(made)
    return list(dict.fromkeys(hashes))


def _not_dialable(place: int, caller: str, region: str) -> str:
    """Say what to write instead of the number at ``place``, without the number itself."""
    if "+" in caller:
        return f"caller {place} is no valid number of its country; write all of its digits, or its hash (h1:...)"
    return f"caller {place} is no valid number in {region}; write it with + and the country code, or set default_region"


def _run(settings: Settings, work: Callable[[SqlDoNotAsk], Awaitable[int]]) -> int:
    async def with_store() -> int:
        async with parts.opened_store(settings) as store:
            return await work(SqlDoNotAsk(store.database, store.writer))

    return asyncio.run(with_store())
