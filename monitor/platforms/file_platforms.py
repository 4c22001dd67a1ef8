"""What other tools call our platforms: "YoutubeScrapper", "www.youtube.com", "YouTube".

Layer 2, pure. A name that is not known stays as it is, in lower case; a domain that is not known
says nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from monitor.platforms.file_mapping import Aliases, FileMapping, simple

# Our name -> names that tools write (obsei's sources among them), and its domains.
NAMES: Final[Mapping[str, frozenset[str]]] = {
    "youtube": frozenset({"youtube", "yt", "youtubescrapper", "youtube comments"}),
    "facebook": frozenset({"facebook", "fb", "facebook public", "facebook page"}),
    "instagram": frozenset({"instagram", "ig", "instagram public", "instagramscrapper"}),
    "tiktok": frozenset({"tiktok", "tik tok", "tiktokscrapper"}),
    "x": frozenset({"x", "twitter", "x twitter", "twitter x"}),
    "google_play": frozenset(
        {
            "google play",
            "google playstore",
            "google play store",
            "play store",
            "playstore",
            "playstorescrapper",
            "playstorereviews",
        }
    ),
    "telegram": frozenset({"telegram"}),
    "mastodon": frozenset({"mastodon"}),
    "bluesky": frozenset({"bluesky", "bsky"}),
    "wordpress": frozenset({"wordpress"}),
    "feed": frozenset({"feed", "rss", "news", "berita", "google news", "googlenews"}),
}
_DOMAINS: Final[Mapping[str, str]] = {
    "youtube.com": "youtube",
    "youtu.be": "youtube",
    "facebook.com": "facebook",
    "fb.com": "facebook",
    "fb.watch": "facebook",
    "instagram.com": "instagram",
    "tiktok.com": "tiktok",
    "twitter.com": "x",
    "x.com": "x",
    "play.google.com": "google_play",
    "t.me": "telegram",
    "bsky.app": "bluesky",
}
_SUBDOMAIN = re.compile(r"^(?:www|m|mobile|web|id-id|vm|vt)\.")


def platform_of(named: str, domain: str, mapping: FileMapping) -> str:
    """The platform of a row: by its name, by its domain or address, else as the file says."""
    return (
        _known(named, mapping.platforms)
        or _of_domain(named)
        or _of_domain(domain)
        or named.lower()
        or mapping.platform
    )


def _known(named: str, own: Aliases) -> str:
    name = simple(named)
    for ours, names in (*own.items(), *NAMES.items()):
        if name in names:
            return ours
    return ""


def _of_domain(text: str) -> str:
    """The platform of "www.youtube.com" or of an address there; "" for any other."""
    address = text.strip().lower()
    try:
        host = urlsplit(address if "//" in address else f"//{address}").hostname or ""
    except ValueError:
        return ""
    return _DOMAINS.get(_SUBDOMAIN.sub("", host), "")
