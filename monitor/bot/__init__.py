"""The staff bot: what people press, command and answer in Telegram.

Layer 3. Every update goes the same way: parse, look up the person, let ``steps.decide`` do it,
answer. State is rows: the process may end between any two updates. Cards and drafts are never
edited here; the pipeline does that when it is woken.
"""

from monitor.bot.application import build_application
from monitor.bot.listener import Listener

__all__ = ["Listener", "build_application"]
