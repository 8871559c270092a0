"""``ivr audit``: the log of who did what, and whether it still holds."""

import json
from typing import Annotated

import typer

from ivr.cli.options import Config
from ivr.cli.sign_ins import run_with
from ivr.cli.tables import Format, show_table, write_csv
from ivr.domain.audit_chain import AuditEntry, ChainCheck, Damage
from ivr.settings import Settings
from ivr.usecases.report_table import Table
from ivr.usecases.sign_in_ports import SignInPorts

audit_app = typer.Typer(help="Who did what: the audit log.", no_args_is_help=True)

_DAMAGE = {
    Damage.CHANGED: "entry {number} was changed",
    Damage.MISSING: "entry {number} is missing",
    Damage.INSERTED: "entry {number} was inserted",
}


@audit_app.command("verify")
def verify(
    from_head: Annotated[
        str | None,
        typer.Option(metavar="HASH", help="A `head` from a line of the log; says whether the end was cut off since."),
    ] = None,
    config: Config = None,
) -> None:
    """Say how many entries hold, or the first that does not; exit 1 then."""
    head = None if from_head is None else from_head.strip().lower()

    async def work(ports: SignInPorts, _: Settings) -> ChainCheck:
        return await ports.audit.check(heads=() if head is None else (head,))

    check = run_with(config, work)
    entries = f"{check.entries} {'entry' if check.entries == 1 else 'entries'}"
    if check.damage is not None:
        what = _DAMAGE[check.damage].format(number=check.damaged)
        typer.echo(f"{what}; {entries} before it hold, nothing after it can be relied on")
        raise typer.Exit(1)
    if head is not None and head not in check.found:
        typer.echo(
            f"{entries} hold, but none has the hash {head}: the log was cut off or made anew since that was written"
        )
        raise typer.Exit(1)
    typer.echo(f"{entries} hold; head {check.head}")


@audit_app.command("show")
def show(
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="How many, the newest first.")] = 50,
    format: Annotated[Format, typer.Option(help="table, json or csv.")] = Format.TABLE,  # noqa: A002 - the option's name
    config: Config = None,
) -> None:
    """Show the newest entries."""

    async def work(ports: SignInPorts, settings: Settings) -> tuple[list[AuditEntry], Table]:
        entries = list(await ports.audit.entries(limit=limit))
        rows = tuple(
            (
                str(each.number),
                each.at.astimezone(settings.zone).isoformat(sep=" ", timespec="seconds"),
                each.who,
                each.event,
                each.subject or "",
                "" if each.detail == "{}" else each.detail,
            )
            for each in entries
        )
        return entries, Table(("number", "at", "who", "event", "about", "detail"), rows)

    entries, table = run_with(config, work)
    if format is Format.JSON:
        typer.echo(json.dumps([_json(each) for each in entries], indent=2))
    elif format is Format.CSV:
        write_csv(table)
    else:
        show_table("audit log", table)


def _json(entry: AuditEntry) -> dict[str, object]:
    return {
        "number": entry.number,
        "at": entry.at.isoformat(),
        "who": entry.who,
        "event": entry.event,
        "subject": entry.subject,
        "detail": json.loads(entry.detail),
        "previous": entry.previous,
        "hash": entry.hash,
    }
