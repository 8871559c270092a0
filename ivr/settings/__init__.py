"""Settings: defaults, then ``config/ivr.toml``, then the environment; validated once, secrets never printed."""

import os
import tomllib
from collections.abc import Callable, Mapping
from importlib.resources.abc import Traversable
from pathlib import Path, PurePosixPath
from typing import Annotated, Any, ClassVar, Literal
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from ivr.errors import SettingsRefused
from ivr.settings.values import (
    Address,
    Bind,
    Folder,
    Names,
    Networks,
    Number,
    PathSecret,
    RemoteFolder,
    RoleNames,
    Share,
    Shares,
    Weights,
    ZoneName,
)

__all__ = ["HOME", "Bind", "Settings", "load_settings"]

HOME = Path(__file__).resolve().parents[2]
"""Where the shipped ``config/``, ``prompts/`` and ``dialplans/`` lie."""


class _TomlFile(TomlConfigSettingsSource):
    """The settings file, also with the mark that some editors begin UTF-8 with."""

    def _read_file(self, file_path: Path | Traversable) -> dict[str, Any]:
        return tomllib.loads(file_path.read_text("utf-8-sig"))


class Settings(BaseSettings):
    """Everything that can be set; in the environment each name has the prefix ``IVR_`` and is in capitals."""

    model_config = SettingsConfigDict(
        env_prefix="IVR_", env_ignore_empty=True, extra="forbid", frozen=True, arbitrary_types_allowed=True
    )

    database_url: str = Field(
        default=f"sqlite:///{HOME / 'var' / 'ivr.db'}",
        description="Where the ledger is: sqlite:////path/to/ivr.db or postgresql://user@host/database.",
    )
    agi_bind: Address = Field(
        default=Bind(("127.0.0.1", 4573)),
        description="Where Asterisk finds the service. Keep it on loopback: who answers AGI commands the PBX.",
    )
    agi_allow: Networks = Field(
        default=(),
        description="The addresses or networks from which Asterisk may come; empty: any that reaches agi_bind. Without "
        "it only a loopback address can be bound.",
    )
    agi_secret: PathSecret | None = Field(
        default=None,
        description="A secret that the path of every request must begin with: IVR_AGI=agi://host:port/SECRET in the "
        "dialplan. 16 characters or more of A to Z, a to z, 0 to 9, - and _.",
    )
    agi_sessions: Annotated[int, Number] = Field(
        default=2000, ge=1, le=100_000, description="How many calls are served at once; further ones the dialplan asks."
    )
    agi_sessions_of_peer: Annotated[int | None, Number] = Field(
        default=None,
        ge=1,
        le=100_000,
        description="How many of them may come from one address; empty: all. Set it where several Asterisks share one "
        "service.",
    )
    web_bind: Address = Field(default=Bind(("127.0.0.1", 8080)), description="Where the dashboard listens.")
    ami_host: str = Field(default="127.0.0.1", description="Where Asterisk's manager interface is.")
    ami_port: Annotated[int, Number] = Field(default=5038, ge=1, le=65535, description="Its port.")
    ami_user: str = Field(default="ivr", description="The manager user.")
    ami_secret: SecretStr | None = Field(
        default=None,
        description="Its secret. Without one the manager interface is not used: calls that never reach the "
        "rating entry are not seen then.",
    )
    web_tls: bool = Field(
        default=False,
        description="Whether browsers reach the dashboard over TLS (a proxy in front); cookies are Secure then.",
    )
    web_proxies: Networks = Field(
        default=(),
        description="The addresses or networks of the proxies in front of the dashboard: what they say in "
        "`X-Forwarded-For` is believed. Without it failed sign-ins behind a proxy all count as from one address.",
    )
    session_idle_minutes: Annotated[int, Number] = Field(
        default=30, ge=1, le=1440, description="After how many minutes without use a sign-in to the dashboard ends."
    )
    session_hours: Annotated[int, Number] = Field(
        default=12, ge=1, le=168, description="After how many hours it ends even if it is used."
    )
    require_totp: RoleNames = Field(
        default=(),
        description="The roles that must have an authenticator app (`viewer`, `agent`, `supervisor`, `ops`, `admin`): "
        "who has one of them sets the app up at the next sign-in. Others may. Where the dashboard is reached from "
        "outside, name `admin` at least.",
    )
    time_zone: ZoneName = Field(default="UTC", description="The site's time zone; days are its days.")
    pbx: str = Field(default="default", pattern=r"^[\w.-]+$", description="The name of this Asterisk in the ledger.")
    queues: Names = Field(
        default=(),
        description="The queues that count; empty: every queue. Others are not handled calls. Direct calls to agents "
        "count under the queue that the dialplan names at the rating entry, else under `direct`.",
    )
    layouts_dir: Folder = Field(default=HOME / "config" / "layouts", description="The rating layouts.")
    layouts_source: Literal["files", "database"] = Field(
        default="files",
        description="Where layouts come from: `files` of layouts_dir, or `database`, where people draft and publish "
        "them with `ivr layouts`.",
    )
    publish_by_hand: bool = Field(
        default=False,
        description="Whether layouts from files are served only once a person has published them (`ivr layouts "
        "publish`); else the service publishes what it serves.",
    )
    experiments_dir: Folder = Field(default=HOME / "config" / "experiments", description="The experiments.")
    experiment: str = Field(default="default", description="The experiment that runs.")
    transcripts_dir: Folder = Field(
        default=HOME / "prompts" / "transcripts", description="What the prompts say, by language."
    )
    sounds_dir: Folder = Field(
        default=HOME / "prompts" / "sounds", description="The built prompts, LANGUAGE/ivr-rating/NAME.wav."
    )
    comments_dir: RemoteFolder = Field(
        default=PurePosixPath("/var/spool/ivr-rating"),
        description="Where Asterisk puts recorded comments: an absolute folder of ITS machine, which its user may "
        "write. Where this service reaches the same folder, it deletes what is kept long enough.",
    )
    pepper_file: Folder = Field(
        default=HOME / "var" / "pepper",
        description="The key of the callers' hashes; made once, readable by its owner only. Back it up apart.",
    )
    default_region: str = Field(
        default="US", pattern=r"^[A-Z]{2}$", description="The country of numbers written without a country code."
    )
    sampling_probability: Annotated[float, Number] = Field(
        default=1.0,
        gt=0,
        le=1,
        description="The share of callers that is asked, drawn at random, in queues without `one_in` of their own.",
    )
    asking_file: Folder = Field(
        default=HOME / "config" / "asking.toml",
        description="The rules of who is asked ([asking.md](asking.md)). Without the file of the default every caller "
        "is one who may be asked.",
    )
    follow_up_probability: Annotated[float, Number] = Field(
        default=0.0,
        ge=0,
        le=1,
        description="The share of the callers who were asked and did not rate whose number is kept, sealed, to ask "
        "them again in another way ([asking.md](asking.md)); 0: no number is ever kept.",
    )
    follow_up_public_key: str | None = Field(
        default=None,
        pattern="^[0-9a-f]{64}$",
        description="What numbers are sealed with: the 64 hexadecimal digits that `ivr numbers key FILE` shows. No "
        "secret; the file that opens them belongs on another machine.",
    )
    follow_up_days: Annotated[int, Number] = Field(
        default=14, ge=1, le=366, description="For how many days a sealed number is kept."
    )
    reference_layout: str = Field(default="sequential-123", description="The layout that the others are compared with.")
    fit_minutes: Annotated[int, Number] = Field(
        default=15,
        ge=0,
        le=10_080,
        description="How often, in minutes, the running service has the figures fitted anew in a process of its own, "
        "if calls have come in or changed since ([operations.md](operations.md)); 0: never.",
    )
    offer_floor: Share | None = Field(
        default=None,
        description="The least share of eligible calls that agents are expected to bring to the rating, 0 to 1. Where "
        "it is set, an agent who clearly stays below it gets a note, and is flagged on less other evidence.",
    )
    offer_floors: Shares = Field(
        default={},
        description="The same for single queues, which stands above it: the table `[offer_floors]` with "
        "`support = 0.9`, in the environment `support:0.9,sales:0.8`.",
    )
    utility: Weights = Field(
        default=None,
        description="What an answer of each category is worth, from the worst to the best, for example `[0, 1, 6]`; "
        "without it the best category alone counts. It adds figures and changes none.",
    )
    drill_down_minimum: Annotated[int, Number] = Field(
        default=5,
        ge=1,
        le=1000,
        description="How many ratings a selection must hold before its calls are listed on the dashboard and its "
        "shares are told there, so that nobody learns by accident who gave which ([dashboard.md](dashboard.md)).",
    )
    log_level: str = Field(
        default="info", pattern="^(debug|info|warning|error)$", description="How much is logged, as JSON lines."
    )

    @property
    def zone(self) -> ZoneInfo:
        """The site's time zone."""
        return ZoneInfo(self.time_zone)

    _file: ClassVar[Path | None] = None

    @property
    def file(self) -> Path | None:
        """The file that they were read from; None where there is none."""
        return self._file

    def __reduce__(self) -> tuple[Callable[..., "Settings"], tuple[dict[str, Any], Path | None]]:
        """Pickle the values as they are, for another process of this program; nothing is read there again."""
        return _made_again, (dict(self.__dict__), self._file)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the base class names it
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the base class names it
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Order the sources: what a caller passes, the environment, the file."""
        if cls._file is None:
            return (init_settings, env_settings)
        return (init_settings, env_settings, _TomlFile(settings_cls, cls._file))


def load_settings(file: Path | None = None) -> Settings:
    """Read the settings; ``file`` comes before ``IVR_CONFIG``, that before the shipped ``config/ivr.toml``.

    Raises:
        SettingsRefused: a file is missing or a value makes no sense; names it and says what to write.
    """
    chosen = _chosen_file(file)
    reader = type("Settings", (Settings,), {"_file": chosen, "__module__": __name__})
    try:
        settings = reader()
    except ValidationError as fault:
        raise SettingsRefused(_sentence(fault, chosen)) from None
    except ValueError as fault:  # TOML syntax
        raise SettingsRefused(f"{chosen}: {fault}; mend the TOML there") from None
    except OSError as fault:
        raise SettingsRefused(f"{chosen}: {fault.strerror}; make the file readable for this user") from None
    assert isinstance(settings, Settings)  # noqa: S101 - made so above, for the type checker
    return settings


def _made_again(values: dict[str, Any], file: Path | None) -> Settings:
    reader: type[Settings] = type("Settings", (Settings,), {"_file": file, "__module__": __name__})
    return reader.model_construct(**values)


def _chosen_file(file: Path | None) -> Path | None:
    named = file or (Path(os.environ["IVR_CONFIG"]) if os.environ.get("IVR_CONFIG") else None)
    if named is None:
        shipped = HOME / "config" / "ivr.toml"
        return shipped if shipped.is_file() else None
    if not named.is_file():
        raise SettingsRefused(f"the settings file {named} is not there; name one with --config or IVR_CONFIG")
    return named


def _sentence(fault: ValidationError, file: Path | None) -> str:
    error: Mapping[str, Any] = fault.errors(include_input=False, include_url=False)[0]
    name = ".".join(str(part) for part in error["loc"]) or "?"
    variable = f"IVR_{name.partition('.')[0].upper()}"
    source = f"environment {variable}" if variable in os.environ else str(file or "settings")
    if error["type"] == "extra_forbidden":
        return f"{source}: {name} is no setting; remove it, or see docs/settings.md for the names"
    return f"{source}: {name}: {error['msg'].removeprefix('Value error, ')}"
