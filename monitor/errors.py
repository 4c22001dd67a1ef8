"""What can go wrong, grouped by who must act.

::

    MonitorError
    ├── ConfigError      the operator: config.toml, environment, files under data/   (exit 2)
    ├── StorageError     the operator: the database
    ├── ModelError       the trainer: a folder under models/
    ├── PlatformError    nobody while transient; an admin when ``permanent``         (exit 3)
    ├── DeliveryError    the same, for messages to Telegram                          (exit 3)
    └── Refused          the person who asked: a transition that is not allowed      (exit 1)

Wording: lower case, "what: which: cause". This module imports nothing of the project.
"""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum


class MonitorError(Exception):
    """Base of everything that Siaga raises on purpose."""

    exit_code = 3


class ConfigError(MonitorError):
    """A setting or a file of knowledge is wrong; names it, what was found and what is accepted."""

    exit_code = 2


class StorageError(MonitorError):
    """The database cannot be opened, is newer than this program, or refuses a write."""

    exit_code = 3


class ModelError(MonitorError):
    """A model folder is missing, damaged or of a format that this program does not read."""

    exit_code = 2


class Refused(MonitorError):  # noqa: N818 - it names an answer to a person, not a fault
    """A transition that is not allowed now; ``holder`` names who already decided, if anybody."""

    exit_code = 1

    def __init__(self, message: str, *, holder: str | None = None) -> None:
        super().__init__(message)
        self.holder = holder


class Reason(StrEnum):
    """Why a platform or a delivery failed; the pipeline decides by it."""

    AUTH = "auth"
    PERMISSION = "permission"
    RATE = "rate"
    QUOTA = "quota"
    GONE = "gone"
    NOT_ALLOWED = "not_allowed"
    DUPLICATE = "duplicate"
    BAD_ANSWER = "bad_answer"
    UNREACHABLE = "unreachable"
    MIGRATED = "migrated"
    UNSURE = "unsure"


class _OutsideError(MonitorError):
    """A failure at something that is not ours.

    ``permanent`` means that trying again without a person's help is useless;
    ``retry_after`` is how long the other side asked us to wait.
    """

    exit_code = 3

    def __init__(
        self,
        message: str,
        *,
        reason: Reason,
        permanent: bool = False,
        retry_after: timedelta | None = None,
    ) -> None:
        super().__init__(message)
        self.reason = reason
        self.permanent = permanent
        self.retry_after = retry_after


class PlatformError(_OutsideError):
    """A watched site did not answer as it should."""


class DeliveryError(_OutsideError):
    """A message to staff was not delivered; ``migrated_to`` is a group's new chat id."""

    def __init__(
        self,
        message: str,
        *,
        reason: Reason,
        permanent: bool = False,
        retry_after: timedelta | None = None,
        migrated_to: int | None = None,
    ) -> None:
        super().__init__(message, reason=reason, permanent=permanent, retry_after=retry_after)
        self.migrated_to = migrated_to
