"""The platforms that there are: one line each, its name and its file.

Layer 1. A file is imported when a source of its platform is configured, not before.
"""

from __future__ import annotations

from typing import Final

# name in [sources.NAME] platform -> module below monitor.platforms
KNOWN: Final = {
    "wordpress": "wordpress",
    "feed": "feeds",
    "youtube": "youtube",
    "facebook": "facebook",
    "instagram": "instagram",
    "tiktok": "tiktok",
    "x": "x",
    "telegram": "telegram_group",
    "google_play": "google_play",
    "mastodon": "mastodon",
    "bluesky": "bluesky",
}
