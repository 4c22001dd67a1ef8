"""Suggested replies: which words, from where, and what must not go out. Layer 1: pure."""

from monitor.replies.guard import blunders
from monitor.replies.lifecycle import DECISIONS, next_state
from monitor.replies.suggest import Answer, Asked, Suggestion, suggest
from monitor.replies.templates import Template, fill, read_templates

__all__ = [
    "DECISIONS",
    "Answer",
    "Asked",
    "Suggestion",
    "Template",
    "blunders",
    "fill",
    "next_state",
    "read_templates",
    "suggest",
]
