"""What the notify step asks of a way to reach staff."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from monitor.messages import Message
from monitor.records import ChatId


@dataclass(frozen=True, slots=True)
class Place:
    """Where a message goes: a chat, perhaps a forum topic, perhaps as the answer to a message.

    ``silent``: it arrives without a sound.
    """

    chat_id: ChatId
    thread_id: int | None = None
    reply_to: int | None = None
    silent: bool = False


class Channel(Protocol):
    """A way to reach staff. May be slow; never retries by itself."""

    def room(self, chat_id: ChatId) -> bool:
        """Whether a message to this chat would be within the limits right now."""
        ...

    def send(self, place: Place, message: Message) -> int:
        """Send a new message; its id in the chat.

        Raises:
            DeliveryError: reason UNSURE when it may have arrived all the same.
        """
        ...

    def edit(self, place: Place, message_id: int, message: Message, *, picture: bool) -> None:
        """Make a message show this instead; showing the same already is success.

        ``picture``: whether the picture changed too.

        Raises:
            DeliveryError: reason GONE when the message is no longer there.
        """
        ...

    def close(self) -> None:
        """Give back what the way holds; nothing can be sent afterwards."""
        ...
