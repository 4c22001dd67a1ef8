"""A terminal that shows new messages only: in a replay an edit a second is noise."""

from __future__ import annotations

from monitor.messages import Message
from monitor.telegram.base import Place
from monitor.telegram.console import Console


class NewOnly(Console):
    """Prints new messages; edits are seen on the page."""

    def edit(self, place: Place, message_id: int, message: Message, *, picture: bool) -> None:
        """Edits are seen on the page."""
