"""What every picture shares: its PNG bytes, and local time as a plain number on an axis."""

from __future__ import annotations

import io
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def png(figure: Figure) -> bytes:
    """The picture; the same bytes for the same figure."""
    # Importing matplotlib costs a second, and most processes never draw.
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    buffer = io.BytesIO()
    FigureCanvasAgg(figure)
    figure.savefig(buffer, format="png", metadata={"Software": None})
    return buffer.getvalue()


def day_number(at: datetime, zone: ZoneInfo) -> float:
    """Local time in days: no conversion machinery, no surprise with zones."""
    local = at.astimezone(zone)
    return local.toordinal() + (local.hour * 3600 + local.minute * 60 + local.second) / 86400
