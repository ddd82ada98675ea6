"""`tonfall user`: the people of the workbench; the first admin is made here."""

import os
from datetime import UTC, datetime

import click
from rich.console import Console
from rich.table import Table

from service.accounts import Accounts
from service.i18n import LANGUAGE_NAMES
from service.settings import Settings, SettingsError
from service.storage.database import Database
from service.storage.errors import StorageError
from service.storage.users import LoginTakenError, Role, User

_ACTOR = "command line"
_ROLES = [role.value for role in Role]


@click.group()
def user() -> None:
    """Users of the workbench: make, list, disable, enable, reset."""


@user.command("create")
@click.argument("login")
@click.option("--name", help="As colleagues know them; default: LOGIN.")
@click.option(
    "--role",
    type=click.Choice([role.value for role in Role]),
    default=Role.REVIEWER.value,
    show_default=True,
)
@click.option("--team", "teams", multiple=True, help="Whose replies they see; once for each.")
@click.option("--language", type=click.Choice([*LANGUAGE_NAMES]), default="en", show_default=True)
def create_user(
    login: str, name: str | None, role: str, teams: tuple[str, ...], language: str
) -> None:
    """Make a user LOGIN and print a first password once."""
    try:
        created, password = _accounts().create(
            login=login,
            name=name or login,
            role=Role(role),
            language=language,
            teams=teams,
            actor=_ACTOR,
            now=datetime.now(UTC),
        )
    except (LoginTakenError, StorageError) as error:
        raise click.ClickException(str(error)) from error
    if not teams and created.role is not Role.ADMIN:
        click.echo(f"Note: {created.login} sees no replies without a --team", err=True)
    _show(created, password)


@user.command("list")
def list_users() -> None:
    """List all users."""
    table = Table("login", "name", "role", "teams", "language", "state")
    try:
        users = _accounts().users.all()
    except StorageError as error:
        raise click.ClickException(str(error)) from error
    for u in users:
        teams = "all" if u.sees is None else ", ".join(sorted(u.teams))
        state = "disabled" if u.is_disabled else ""
        table.add_row(u.login, u.name, u.role, teams, u.language, state)
    Console().print(table)


@user.command("disable")
@click.argument("login")
def disable_user(login: str) -> None:
    """Keep LOGIN out from now on; their reviews stay."""
    accounts, found = _find(login)
    accounts.disable(found, actor=_ACTOR, now=datetime.now(UTC))
    click.echo(f"{found.login} can no longer log in")


@user.command("enable")
@click.argument("login")
def enable_user(login: str) -> None:
    """Let LOGIN in again."""
    accounts, found = _find(login)
    accounts.enable(found, actor=_ACTOR, now=datetime.now(UTC))
    click.echo(f"{found.login} can log in again")


@user.command("reset")
@click.argument("login")
def reset_user(login: str) -> None:
    """Give LOGIN a new password, print it once, and end what they are logged in to."""
    accounts, found = _find(login)
    _show(found, accounts.reset(found, actor=_ACTOR, now=datetime.now(UTC)))


def _show(shown: User, password: str) -> None:
    click.echo(f"{shown.role} {shown.login}; the password is shown only now:", err=True)
    click.echo(password)


def _find(login: str) -> tuple[Accounts, User]:
    accounts = _accounts()
    try:
        found = accounts.users.by_login(login)
    except StorageError as error:
        raise click.ClickException(str(error)) from error
    if found is None:
        raise click.ClickException(f"there is no user {login!r}; 'tonfall user list' shows them")
    return accounts, found


def _accounts() -> Accounts:
    try:
        return Accounts(Database(Settings.from_env(os.environ).database_url))
    except SettingsError as error:
        raise click.ClickException(str(error)) from error
