"""``siaga demo``: a crisis in an invented kabupaten, offline, through the real pipeline.

Layer 7. Nothing of Siaga is imitated: comments come from scripted sites, people press through the
same functions as on the page, and everything else is the product itself.
"""

from monitor.demo.replaying import play

__all__ = ["play"]
