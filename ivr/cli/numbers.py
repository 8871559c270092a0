"""``ivr numbers``: the sealed numbers of callers who are asked once more, in another way."""

import asyncio
import csv
import getpass
import sys
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Annotated, TextIO

import structlog
import typer

from ivr.bootstrap import parts
from ivr.bootstrap.sign_ins import sign_in_ports
from ivr.cli.options import Config
from ivr.cli.sign_ins import shell_user
from ivr.domain.audit_chain import AuditEvent
from ivr.domain.calls import CallId
from ivr.observe.logging import set_up_logging
from ivr.privacy.sealing import load_seal_key, make_seal_key
from ivr.settings import Settings, load_settings
from ivr.store.sealed_numbers import SqlSealedNumbers
from ivr.usecases.audit import Audit
from ivr.usecases.draw_follow_ups import SealedNumber

numbers_app = typer.Typer(help="Sealed numbers, for follow-ups.", no_args_is_help=True)
_HEADER = ("pbx", "uniqueid", "number", "purpose", "followup_probability", "sealed_at", "expires_at")

log = structlog.get_logger(__name__)


@numbers_app.command("key")
def make_key(file: Annotated[Path, typer.Argument(help="Where the key is kept; it must not be there yet.")]) -> None:
    """Make a key: the file opens numbers, what is shown seals them (the setting follow_up_public_key)."""
    key = make_seal_key(file)
    typer.echo(key.public_key)
    typer.echo(f"keep {file} on another machine than the service's; whoever loses it loses the numbers", err=True)


@numbers_app.command("export")
def export(
    key: Annotated[Path, typer.Option("--key", help="The file of `ivr numbers key`.")],
    output: Annotated[Path | None, typer.Option("--output", "-o", help="A file; else stdout.")] = None,
    by: Annotated[str | None, typer.Option("--by", help="Who asks for them; else the user of this machine.")] = None,
    config: Config = None,
) -> None:
    """Open the numbers that may be used now and write them as CSV; who did so is logged, and noted beside each."""
    settings = load_settings(config)
    set_up_logging(settings.log_level)
    opener, who = load_seal_key(key), by or getpass.getuser()

    async def work(numbers: SqlSealedNumbers, audit: Audit) -> int:
        now = parts.now()
        await numbers.purge(now)
        kept = await numbers.kept(now)
        opened = [(each, opener.open(each.call, each.sealed)) for each in kept]
        # Noted first: nothing is shown of which nobody knows.
        await audit.note(AuditEvent.EXPORTED, shell_user(), "numbers", numbers=len(kept), by=who)
        await numbers.note_opened([each.call for each in kept], now, who)
        log.warning("numbers_opened", numbers=len(opened), by=who)
        if output is None:
            _write(opened, sys.stdout)
        else:
            with output.open("w", encoding="utf-8", newline="") as target:
                output.chmod(0o600)
                _write(opened, target)
        return len(opened)

    typer.echo(f"{_run(settings, work)} numbers opened for {who}", err=True)


@numbers_app.command("purge")
def purge(
    everything: Annotated[bool, typer.Option("--all", help="All of them, not only what has expired.")] = False,  # noqa: FBT002 - typer makes a flag of it
    config: Config = None,
) -> None:
    """Delete what has expired, was rated after all, or belongs to a caller who does not want to be asked."""
    settings = load_settings(config)
    purged = _run(settings, lambda numbers, _: numbers.purge(parts.now(), everything=everything))
    typer.echo(f"{purged} numbers deleted", err=True)


def _write(opened: Sequence[tuple[SealedNumber, str]], target: TextIO) -> None:
    writer = csv.writer(target, lineterminator="\n")
    writer.writerow(_HEADER)
    for each, number in opened:
        call: CallId = each.call
        times = (each.sealed_at.isoformat(), each.expires_at.isoformat())
        writer.writerow((call.pbx, call.uniqueid, number, each.purpose, repr(each.probability), *times))


def _run(settings: Settings, work: Callable[[SqlSealedNumbers, Audit], Awaitable[int]]) -> int:
    async def with_store() -> int:
        async with parts.opened_store(settings) as store:
            audit = sign_in_ports(settings, store).audit
            return await work(SqlSealedNumbers(store.database, store.writer), audit)

    return asyncio.run(with_store())
