"""``siaga drill``: a crisis to practise on, in a training group, marked LATIHAN everywhere.

Layer 7. The real pipeline, bot and page work on scripted sites and a database of their own. It
knows no platform, and reads nothing of the office but its configuration, knowledge and people.
"""

from monitor.drill.plan import Plan
from monitor.drill.running import run
from monitor.drill.scenario import names, read_scenario

__all__ = ["Plan", "names", "read_scenario", "run"]
