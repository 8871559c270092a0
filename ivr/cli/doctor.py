"""``ivr doctor``: is everything in order, and if not, what to do."""

import typer

from ivr.bootstrap.doctor import examine
from ivr.cli.options import Config
from ivr.settings import load_settings

_MARKS = {True: "ok   ", False: "WRONG", None: "note "}


def doctor(config: Config = None) -> None:
    """Check Asterisk, modules, queue options, manager rights, prompts, database and clock; exit 1 if one is wrong."""
    findings = examine(load_settings(config))
    for finding in findings:
        remedy = f"\n         -> {finding.remedy}" if finding.remedy and finding.ok is not True else ""
        typer.echo(f"{_MARKS[finding.ok]}  {finding.check}: {finding.detail}{remedy}")
    if any(finding.ok is False for finding in findings):
        raise typer.Exit(1)
