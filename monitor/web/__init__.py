"""The local page of Siaga: what goes on now, and the same buttons as in Telegram.

Layer 3. Reads rows through ``store`` and ``steps.views``; decides through ``steps.decide`` only. It
has no login: it answers on this machine alone (``guard``), in the name of one configured person.
Platforms call on an address of their own (``hooks``), where there is no page.
"""

from monitor.web.app import build_app
from monitor.web.hooks import build_hooks
from monitor.web.serving import Server, serve

__all__ = ["Server", "build_app", "build_hooks", "serve"]
