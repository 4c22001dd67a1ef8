"""The parts of config.toml: one frozen class a table, with what each key accepts.

Layer 2. Reads no file and no environment; ``config`` puts the parts together.
"""

from __future__ import annotations

import re
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    field_validator,
    model_validator,
)

from monitor.platforms.known import KNOWN
from monitor.records import Level

if TYPE_CHECKING:
    from monitor.spikes.levels import Rules


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError("accepted: an IANA time zone such as Asia/Jakarta") from error
    return name


Zone = Annotated[str, AfterValidator(_known_zone)]


def _web_address(text: str) -> str:
    if urlsplit(text).scheme not in ("http", "https") or not urlsplit(text).hostname:
        raise ValueError("accepted: an http:// or https:// address")
    return text.rstrip("/")


Url = Annotated[str, AfterValidator(_web_address)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _domain(text: str) -> str:
    if not re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)+", text.lower()):
        raise ValueError("accepted: a domain such as kalteng.go.id, without https:// and path")
    return text.lower()


Domain = Annotated[str, AfterValidator(_domain)]


class Office(_Part):
    """Whose Siaga this is."""

    name: str = "Diskominfosantik Kalimantan Tengah"
    timezone: Zone = "Asia/Jakarta"
    link: str = "https://ppid.kalteng.go.id"
    links: tuple[Domain, ...] = ()
    province: Annotated[str, Field(pattern=r"^[a-z0-9_]+$")] = "kalteng"

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which people read times."""
        return ZoneInfo(self.timezone)

    @property
    def domains(self) -> tuple[str, ...]:
        """Domains whose pages are official, whatever stands before or behind them."""
        return self.links or tuple(filter(None, [urlsplit(self.link).hostname]))


class Paths(_Part):
    """Where things lie; relative paths start at the configuration file's folder."""

    database: Path = Path("var/siaga.db")
    data: Path = Path("data")
    models: Path = Path("models")


class Poll(_Part):
    """How the service beats, in seconds."""

    tick_seconds: Annotated[float, Field(ge=0.05, le=3600)] = 10.0
    default_every_seconds: Annotated[int, Field(ge=1, le=86400)] = 120
    timeout_seconds: Annotated[float, Field(ge=0.5, le=300)] = 20.0
    workers: Annotated[int, Field(ge=1, le=32)] = 4


class Classify(_Part):
    """How texts are understood."""

    embeddings: Literal["auto", "off", "on"] = "auto"
    precision: Annotated[float, Field(ge=0.5, le=0.99)] = 0.9
    batch: Annotated[int, Field(ge=1, le=10000)] = 200


class Levels(_Part):
    """Thresholds of one issue or OPD; what is left out is that of the office."""

    waspada: Annotated[float, Field(gt=0)] | None = None
    siaga: Annotated[float, Field(gt=0)] | None = None
    awas: Annotated[float, Field(gt=0)] | None = None
    siaga_negatives: Annotated[int, Field(ge=1)] | None = None
    awas_negatives: Annotated[int, Field(ge=1)] | None = None
    at_least: Annotated[int, Field(ge=4)] | None = None
    times_expected: Annotated[float, Field(ge=1)] | None = None


class Spikes(_Part):
    """When an issue is above its normal; see docs/panduan.md for the plain words."""

    waspada: Annotated[float, Field(gt=0)] = 0.92
    siaga: Annotated[float, Field(gt=0)] = 1.10
    awas: Annotated[float, Field(gt=0)] = 1.28
    siaga_negatives: Annotated[int, Field(ge=1)] = 8
    awas_negatives: Annotated[int, Field(ge=1)] = 30
    at_least: Annotated[int, Field(ge=4)] = 4
    times_expected: Annotated[float, Field(ge=1)] = 1.3
    most_a_day: Annotated[int, Field(ge=0, le=100)] = 0
    calm_hours: Annotated[float, Field(gt=0)] = 3.0
    forgotten_minutes: Annotated[float, Field(gt=0)] = 30.0
    neglected_hours: Annotated[float, Field(gt=0)] = 4.0
    ignore: tuple[str, ...] = ("lainnya",)
    issue: dict[str, Levels] = Field(default_factory=dict)
    opd: dict[str, Levels] = Field(default_factory=dict)

    @property
    def rules(self) -> Rules:
        """The part of these that turns a score into a level."""
        from monitor.spikes.levels import Rules

        return Rules(**self.model_dump(include=set(Rules.__slots__)))

    def rules_for(self, issue: str, opd: str) -> Rules:
        """The rules of an issue: its own, else its OPD's, else the office's."""
        own: dict[str, float] = {}
        for part in (self.opd.get(opd), self.issue.get(issue)):
            if part is not None:
                own |= part.model_dump(exclude_none=True)
        return self.rules.with_own(own)

    @model_validator(mode="after")
    def _levels_rise(self) -> Spikes:
        office = {name: getattr(self, name) for name in ("waspada", "siaga", "awas")}
        for name, part in {"spikes": Levels(), **self.opd, **self.issue}.items():
            own = {key: getattr(part, key) or value for key, value in office.items()}
            if not own["waspada"] < own["siaga"] < own["awas"]:
                raise ValueError(f"{name}: accepted: waspada < siaga < awas")
        return self


class Topics(_Part):
    """When people are told of something new that fits no issue."""

    enabled: bool = True
    at_least: Annotated[int, Field(ge=2, le=1000)] = 5
    most_a_day: Annotated[int, Field(ge=0, le=100)] = 2


class Copies(_Part):
    """When repeated text is a wave with a card of its own; accounts, not comments, decide."""

    at_least: Annotated[int, Field(ge=2)] = 10
    within_minutes: Annotated[float, Field(gt=0, le=1440)] = 60.0
    siaga: Annotated[int, Field(ge=2)] = 30
    awas: Annotated[int, Field(ge=2)] = 100
    quiet_hours: Annotated[float, Field(gt=0, le=72)] = 3.0

    @model_validator(mode="after")
    def _levels_rise(self) -> Copies:
        if not self.at_least < self.siaga < self.awas:
            raise ValueError("accepted: at_least < siaga < awas")
        return self


Signatures = Annotated[int, Field(ge=1, le=5)]


class SignaturesPart(_Part):
    """How many different people must sign a reply, by the level of its incident."""

    normal: Signatures = 1
    waspada: Signatures = 1
    siaga: Signatures = 1
    awas: Signatures = 2

    @property
    def by_level(self) -> dict[Level, int]:
        """The same by level."""
        return {level: int(getattr(self, level.value)) for level in Level}


class ModelPart(_Part):
    """An own language model behind an OpenAI-compatible address; it only proposes.

    The token comes from SIAGA_REPLIES__MODEL__TOKEN.
    """

    enabled: bool = False
    base_url: Url = "http://127.0.0.1:8000/v1"
    name: str = ""
    timeout_seconds: Annotated[float, Field(ge=0.1, le=120)] = 20.0
    token: SecretStr | None = None

    @model_validator(mode="after")
    def _named(self) -> ModelPart:
        if self.enabled and not self.name:
            raise ValueError("enabled without a name; set name to what the server calls the model")
        return self


class Replies(_Part):
    """How suggested replies are made and approved."""

    enabled: bool = True
    per_incident: Annotated[int, Field(ge=0, le=20)] = 3
    retry_minutes: Annotated[float, Field(gt=0)] = 5.0
    signatures: SignaturesPart = SignaturesPart()
    approval_hours: Annotated[float, Field(gt=0, le=720)] = 12.0
    thanks_a_day: Annotated[int, Field(ge=0, le=10)] = 0
    model: ModelPart = ModelPart()


def _clock_time(text: str) -> str:
    if text and not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", text):
        raise ValueError('accepted: a time such as "07:00", or "" for none')
    return text


ClockTime = Annotated[str, AfterValidator(_clock_time)]


class Digest(_Part):
    """When the morning and evening digest is sent, in the office's time; empty: never."""

    morning: ClockTime = "07:00"
    evening: ClockTime = "16:30"


class ChatPart(_Part):
    """A Telegram chat that receives cards."""

    id: int
    title: str = "Humas"
    min_level: Level = Level.WASPADA
    thread_id: int | None = None


class Telegram(_Part):
    """The staff bot. The token comes from SIAGA_TELEGRAM__TOKEN."""

    token: SecretStr | None = None
    base_url: Url = "https://api.telegram.org"
    chats: tuple[ChatPart, ...] = ()
    per_group_minute: Annotated[int, Field(ge=1, le=60)] = 18
    timeout_seconds: Annotated[float, Field(ge=1, le=120)] = 20.0


class Web(_Part):
    """The local page. It has no login, so it answers on this machine only."""

    enabled: bool = True
    host: Literal["127.0.0.1", "::1", "localhost"] = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8080
    acting: str = "admin lokal"


class Training(_Part):
    """What people are asked to label, so that the machine learns from them, and when it does.

    ``at``: every night at this time, where so many (``least_new``) comments were corrected since.
    """

    queue_size: Annotated[int, Field(ge=0, le=10_000)] = 60
    a_day: Annotated[int, Field(ge=0, le=10_000)] = 20
    labellers: Annotated[int, Field(ge=1, le=2)] = 1
    double_share: Annotated[float, Field(ge=0, le=1)] = 0.1
    at: ClockTime = ""
    least_new: Annotated[int, Field(ge=1, le=100_000)] = 50


class Retention(_Part):
    """How long what citizens wrote is kept; platforms that want less have it their way."""

    raw_days: Annotated[int, Field(ge=1, le=3650)] = 30
    author_days: Annotated[int, Field(ge=1, le=3650)] = 365


def _own_address(text: str) -> str:
    if text != "localhost":
        try:
            ip_address(text)
        except ValueError as error:
            raise ValueError("accepted: an address of this machine such as 127.0.0.1") from error
    return text


class Webhook(_Part):
    """Where platforms may call us; a reverse proxy in front of it gives HTTPS."""

    enabled: bool = False
    host: Annotated[str, AfterValidator(_own_address)] = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8081


class Drill(_Part):
    """The training group of `siaga drill`. The token comes from SIAGA_DRILL__TOKEN."""

    chat_id: int = 0
    thread_id: int = 0
    token: SecretStr | None = None


SOURCE_SECRETS = ("token", "password", "secret", "refresh_token", "hook_token")


class SourcePart(_Part):
    """A watched account; which keys a platform needs stands in config.toml and its own file.

    ``secret`` is that of the office's app, ``hook_token`` what a webhook's handshake must name.
    """

    platform: str
    base_url: Url | None = None
    enabled: bool = True
    account: str = ""
    user: str = ""
    client_id: str = ""
    queries: tuple[str, ...] = ()
    key_file: Path | None = None
    i_have_enterprise_or_written_permission: bool = False
    password: SecretStr | None = None
    token: SecretStr | None = None
    secret: SecretStr | None = None
    refresh_token: SecretStr | None = None
    hook_token: SecretStr | None = None
    own_names: tuple[str, ...] = ()
    every_seconds: Annotated[int, Field(ge=1, le=86400)] | None = None
    backfill_days: Annotated[int, Field(ge=0, le=365)] = 28
    budget: str = ""
    units_a_day: Annotated[float, Field(gt=0)] | None = None

    @field_validator("platform")
    @classmethod
    def _known(cls, name: str) -> str:
        if name not in KNOWN:
            raise ValueError(f"accepted: {', '.join(sorted(KNOWN))}")
        return name

    @model_validator(mode="after")
    def _login_is_whole(self) -> SourcePart:
        if self.platform == "wordpress" and self.user and self.password is None:
            raise ValueError("user is given but no password; set SIAGA_SOURCES__<NAME>__PASSWORD")
        return self

    @property
    def secrets(self) -> dict[str, str]:
        """The secrets that are set, by key."""
        given = {key: getattr(self, key) for key in SOURCE_SECRETS}
        return {key: value.get_secret_value() for key, value in given.items() if value}
