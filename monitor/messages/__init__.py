"""Every Indonesian sentence that a person reads. Layer 1: pure, returns :class:`Message`.

No other module sends Indonesian text. Words are short, polite and plain; whatever citizens wrote
is escaped here, once.
"""

from monitor.messages.base import Button, Message, clip, escape, visible_length
from monitor.messages.card import CardView, Example, card
from monitor.messages.chart import ChartData, chart

__all__ = [
    "Button",
    "CardView",
    "ChartData",
    "Example",
    "Message",
    "card",
    "chart",
    "clip",
    "escape",
    "visible_length",
]
