"""``ivr user``: who may sign in to the dashboard, and as what."""

import sys
from collections.abc import Collection, Sequence
from typing import Annotated

import typer

from ivr.cli.options import Config
from ivr.cli.sign_ins import Name, day_text, run_with, shell_user
from ivr.cli.tables import show_table
from ivr.settings import Settings
from ivr.usecases.accounts import Account, Leadership, Role
from ivr.usecases.add_user import AddedUser, add_user
from ivr.usecases.keep_users import (
    change_roles,
    disable_user,
    enable_user,
    end_sessions_of,
    lead_team,
    reset_password,
    reset_totp,
    unlock_user,
)
from ivr.usecases.report_table import Table
from ivr.usecases.report_window import read_window
from ivr.usecases.sign_in_ports import SignInPorts

user_app = typer.Typer(help="Who may sign in to the dashboard.", no_args_is_help=True)

_FORMER_WORD = "operator"
Roles = Annotated[
    list[str], typer.Option("--role", help="viewer, agent, supervisor, ops or admin; may be given again.")
]
Person = Annotated[str | None, typer.Option(help="For the role agent: whose figures it may see, by the agent's key.")]


@user_app.command("add")
def add(
    name: Name,
    role: Roles,
    person: Person = None,
    team: Annotated[
        list[str] | None,
        typer.Option(help="For the role supervisor: a team that is led from now on; may be given again."),
    ] = None,
    password_stdin: Annotated[  # noqa: FBT002 - typer makes a flag of it
        bool, typer.Option("--password-stdin", help="Read the password from the first line of stdin.")
    ] = False,
    config: Config = None,
) -> None:
    """Add a user; the password is made and shown once, and ought to be replaced within a week."""
    roles, teams = _roles(role), team or []
    password = sys.stdin.readline().rstrip("\n") if password_stdin else None

    async def work(ports: SignInPorts, _: Settings) -> tuple[AddedUser, Collection[str]]:
        added = await add_user(
            ports, name, roles=roles, person=person, teams=teams, password=password, who=shell_user()
        )
        return added, await ports.accounts.known_teams()

    added, known = run_with(config, work)
    if Role.SUPERVISOR in roles and not teams and not roles & {Role.VIEWER, Role.ADMIN}:
        typer.echo(
            f"ivr: {added.user.name} leads no team yet and so sees nothing; "
            f"give one with `ivr user lead {added.user.name} --team TEAM`",
            err=True,
        )
    for each in teams:
        _remark_unknown(each, known)
    if added.generated_password is not None:
        typer.echo(f"{added.user.name}  {added.generated_password}")


@user_app.command("list")
def show(config: Config = None) -> None:
    """Show everybody who may sign in."""

    async def work(ports: SignInPorts, settings: Settings) -> Table:
        now = ports.clock()
        rows = [
            _row(account, await ports.tries.waits(account.user.name, now), settings)
            for account in await ports.accounts.users(now)
        ]
        headers = ("name", "roles", "sees", "app", "last sign-in", "sessions", "tokens", "state")
        return Table(headers, tuple(rows))

    table = run_with(config, work)
    if table.rows:
        show_table("users", table)
    else:
        typer.echo("there is no user yet; add one with `ivr user add NAME --role admin`", err=True)


@user_app.command("roles")
def roles_of(name: Name, role: Roles, person: Person = None, config: Config = None) -> None:
    """Give a user these roles and no others; every session of the user ends."""
    roles = _roles(role)
    run_with(config, lambda ports, _: change_roles(ports, shell_user(), name, roles, person))
    typer.echo(f"{name} is {', '.join(sorted(roles))} now", err=True)


@user_app.command("lead")
def lead(
    name: Name,
    team: Annotated[str, typer.Option(help="The team that is led.")],
    since: Annotated[str | None, typer.Option("--from", metavar="DAY", help="From this day on; else from now.")] = None,
    until: Annotated[
        str | None, typer.Option("--to", metavar="DAY", help="To the end of this day; else for good.")
    ] = None,
    config: Config = None,
) -> None:
    """Have a supervisor lead a team, which is whose calls are seen then; may be said again with another end."""

    async def work(ports: SignInPorts, settings: Settings) -> Collection[str]:
        window = read_window(since=since, until=until, zone=settings.zone)
        starts_at = window.since or ports.clock()
        await lead_team(ports, shell_user(), name, Leadership(team, starts_at, window.until))
        return await ports.accounts.known_teams()

    _remark_unknown(team, run_with(config, work))


@user_app.command("disable")
def disable(name: Name, config: Config = None) -> None:
    """Let a user not sign in any more; sessions and API tokens stop at once."""
    run_with(config, lambda ports, _: disable_user(ports, shell_user(), name))
    typer.echo(f"{name} cannot sign in any more", err=True)


@user_app.command("enable")
def enable(name: Name, config: Config = None) -> None:
    """Let a user sign in again."""
    run_with(config, lambda ports, _: enable_user(ports, shell_user(), name))
    typer.echo(f"{name} can sign in again", err=True)


@user_app.command("sign-out")
def sign_out(
    name: Annotated[str | None, typer.Argument(help="The name to sign in with.")] = None,
    everybody: Annotated[bool, typer.Option("--all", help="Every user's.")] = False,  # noqa: FBT002 - a flag of typer's
    config: Config = None,
) -> None:
    """End every session of a user, or of all; whoever may sign in can do so again."""
    if (name is None) != everybody:
        raise typer.BadParameter("name a user, or write --all", param_hint="NAME")

    async def work(ports: SignInPorts, _: Settings) -> int:
        accounts = await ports.accounts.users(ports.clock())
        names = [account.user.name for account in accounts] if name is None else [name]
        return sum([await end_sessions_of(ports, shell_user(), each) for each in names])

    typer.echo(f"{run_with(config, work)} sessions ended", err=True)


@user_app.command("password")
def password(name: Name, config: Config = None) -> None:
    """Make a new password, shown once and to be replaced within a week; the user's sessions and API tokens end."""
    made = run_with(config, lambda ports, _: reset_password(ports, shell_user(), name))
    typer.echo(f"{name}  {made}")


@user_app.command("reset-totp")
def forget_totp(name: Name, config: Config = None) -> None:
    """Forget a user's authenticator app and recovery codes, as when the telephone is lost."""
    run_with(config, lambda ports, _: reset_totp(ports, shell_user(), name))
    typer.echo(f"{name} signs in without a code until an app is set up anew", err=True)


@user_app.command("unlock")
def unlock(name: Name, config: Config = None) -> None:
    """Let a user who mistyped too often try again at once."""
    failures = run_with(config, lambda ports, _: unlock_user(ports, shell_user(), name))
    typer.echo(f"{failures} failed tries of {name} forgotten", err=True)


def _roles(words: Sequence[str]) -> frozenset[Role]:
    roles: set[Role] = set()
    for word in words:
        if word == _FORMER_WORD:
            typer.echo("ivr: `operator` is an old word; the user is made ops and admin", err=True)
            roles |= {Role.OPS, Role.ADMIN}
        elif word in set(Role):
            roles.add(Role(word))
        else:
            raise typer.BadParameter(f"{word!r} is no role; give one of {', '.join(Role)}", param_hint="--role")
    return frozenset(roles)


def _remark_unknown(team: str, known: Collection[str]) -> None:
    if team not in known:
        others = f"those known are {', '.join(known)}" if known else "none is known yet"
        typer.echo(f"ivr: nobody and no call has belonged to the team {team!r} so far; {others}", err=True)


def _row(account: Account, wait_seconds: float, settings: Settings) -> tuple[str, ...]:
    user = account.user
    if user.scope.is_everybody:
        sees = "everybody"
    elif user.scope.agent is not None:
        sees = user.scope.agent
    else:
        sees = ", ".join(sorted(user.scope.teams or ())) or "nobody"
    if account.disabled_at is not None:
        state = f"disabled {day_text(account.disabled_at, settings.zone)}"
    elif wait_seconds > 0:
        state = f"has to wait {wait_seconds:.0f} s"
    else:
        state = ""
    return (
        user.name,
        ", ".join(sorted(user.roles)),
        sees,
        "yes" if account.has_totp else "no",
        day_text(account.signed_in_at, settings.zone),
        str(account.live_sessions),
        str(account.live_tokens),
        state,
    )
