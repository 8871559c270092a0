"""``ivr token``: keys for scripts that read the API."""

from typing import Annotated

import typer

from ivr.cli.options import Config
from ivr.cli.sign_ins import day_text, run_with, shell_user
from ivr.cli.tables import show_table
from ivr.settings import Settings
from ivr.usecases.accounts import Right
from ivr.usecases.api_tokens import LONGEST_DAYS, TOKEN_SCOPES
from ivr.usecases.make_token import MadeToken, make_token, revoke_token
from ivr.usecases.report_table import Table
from ivr.usecases.sign_in_ports import SignInPorts

token_app = typer.Typer(help="Keys for scripts that read the API.", no_args_is_help=True)


@token_app.command("create")
def create(
    user: Annotated[str, typer.Option(help="Whose token it is: it never does more than its user may.")],
    scope: Annotated[list[str], typer.Option(help=f"What it may do: {', '.join(TOKEN_SCOPES)}; may be given again.")],
    days: Annotated[int, typer.Option(help=f"For how many days it is good, at most {LONGEST_DAYS}.")],
    name: Annotated[str, typer.Option(help="What it is for.")] = "script",
    config: Config = None,
) -> None:
    """Make a token and show it once; send it as `Authorization: Bearer TOKEN`."""
    rights = frozenset(_right(word) for word in scope)

    async def work(ports: SignInPorts, settings: Settings) -> tuple[MadeToken, str]:
        made = await make_token(ports, shell_user(), user, name=name, scope=rights, days=days)
        return made, day_text(made.token.expires_at, settings.zone)

    made, until = run_with(config, work)
    typer.echo(made.secret)
    typer.echo(f"token {made.token.id} of {made.token.user}, good until {until}", err=True)


@token_app.command("list")
def show(
    user: Annotated[str | None, typer.Option(help="Those of one user alone.")] = None, config: Config = None
) -> None:
    """Show the tokens; what was shown once is kept nowhere."""

    async def work(ports: SignInPorts, settings: Settings) -> Table:
        zone = settings.zone
        rows = tuple(
            (
                token.id,
                token.user,
                token.name,
                ", ".join(sorted(token.scope)),
                day_text(token.expires_at, zone),
                day_text(token.used_at, zone) or "never",
                token.made_by,
            )
            for token in await ports.tokens.of_user(user)
        )
        return Table(("id", "user", "name", "scope", "good until", "last used", "made by"), rows)

    table = run_with(config, work)
    if table.rows:
        show_table("tokens", table)
    else:
        typer.echo("there is no token; make one with `ivr token create`", err=True)


@token_app.command("revoke")
def revoke(
    token_id: Annotated[str, typer.Argument(metavar="ID", help="The id that `ivr token list` shows.")],
    config: Config = None,
) -> None:
    """End a token at once."""
    token = run_with(config, lambda ports, _: revoke_token(ports, shell_user(), token_id))
    typer.echo(f"token {token.id} of {token.user} ({token.name}) opens nothing any more", err=True)


def _right(word: str) -> Right:
    if word not in set(TOKEN_SCOPES):
        words = ", ".join(TOKEN_SCOPES)
        raise typer.BadParameter(f"{word!r} is no scope of a token; give one of {words}", param_hint="--scope")
    return Right(word)
