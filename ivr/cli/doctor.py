"""``ivr doctor``: is everything in order, and if not, what to do."""

import json
from typing import Annotated

import typer

from ivr.bootstrap.doctor import examine
from ivr.cli.options import Config
from ivr.settings import load_settings
from ivr.telephony.probe.findings import Finding

_MARKS = {True: "ok", False: "WRONG", None: "note"}


def doctor(
    config: Config = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON array instead of lines.")] = False,
) -> None:
    """Check everything between Asterisk and the ledger, each line with its remedy; exit 1 if one is wrong."""
    findings = examine(load_settings(config))
    if as_json:
        typer.echo(json.dumps([_record(finding) for finding in findings], ensure_ascii=False, indent=1))
    else:
        for finding in findings:
            typer.echo(_line(finding))
    if any(finding.ok is False for finding in findings):
        raise typer.Exit(1)


def _line(finding: Finding) -> str:
    remedy = f" -> {finding.remedy}" if finding.remedy else ""
    text = f"{_MARKS[finding.ok]:<5}  {finding.check}: {finding.detail}{remedy}"
    # Names come from Asterisk's files; a line break in one must not make a line of its own.
    return "".join(letter if letter.isprintable() else "?" for letter in text)


def _record(finding: Finding) -> dict[str, str]:
    return {
        "check": finding.check,
        "state": _MARKS[finding.ok].lower(),
        "detail": finding.detail,
        "remedy": finding.remedy,
    }
