"""What the commands about users, tokens and the audit log share."""

import asyncio
import getpass
from collections.abc import Awaitable, Callable
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from ivr.bootstrap import parts
from ivr.bootstrap.sign_ins import sign_in_ports
from ivr.settings import Settings, load_settings
from ivr.usecases.sign_in_ports import SignInPorts

T = TypeVar("T")

Name = Annotated[str, typer.Argument(help="The name to sign in with.")]


def run_with(config: Path | None, work: Callable[[SignInPorts, Settings], Awaitable[T]]) -> T:
    """Open the ledger that the settings name, and return what ``work`` does with it."""

    async def opened() -> T:
        settings = load_settings(config)
        async with parts.opened_store(settings) as store:
            return await work(sign_in_ports(settings, store), settings)

    return asyncio.run(opened())


def shell_user() -> str:
    """Return who runs the command, as the audit log has it; no sign-in has a colon in its name."""
    try:
        return f"shell:{getpass.getuser()}"
    except (KeyError, OSError):  # a container's user need not have a name
        return "shell:unknown"


def day_text(moment: datetime | None, zone: tzinfo) -> str:
    """Return a moment as the site writes it, to the minute."""
    return "" if moment is None else f"{moment.astimezone(zone):%Y-%m-%d %H:%M}"
