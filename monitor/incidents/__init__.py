"""Incidents: which change follows from a reading or a person's press. Layer 1: pure."""

from monitor.incidents.advance import Pace, Step, advance
from monitor.incidents.lifecycle import Action, allowed, next_state

__all__ = ["Action", "Pace", "Step", "advance", "allowed", "next_state"]
