"""The invented kabupaten: its name, its knowledge beside that of the office, its two sites."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path

from monitor.records import SourceId

PROVINCE = "muara_selasih"
NEWS = SourceId("situs_berita")
SOCIAL = SourceId("instagram_pemkab")

_FOLDERS = ("lexicon", "templates", "mappings")


def lay_out(office: Path, folder: Path, more: Iterable[str] = ()) -> None:
    """Copy the office's knowledge, but with the places of the invented region, into ``folder``.

    ``more``: further files or folders of the office's data that are taken along where they exist.
    """
    for part in _FOLDERS:
        shutil.copytree(office / part, folder / part)
    shutil.copy(office / "taxonomy.toml", folder / "taxonomy.toml")
    shutil.copytree(office / "demo" / "places", folder / "places")
    # The invented region needs no lists of towns, villages and look-alikes beside its own names.
    for name in ("towns.tsv", "villages.tsv", "ordinary.txt"):
        (folder / "places" / name).touch()
    for name in more:
        if (office / name).is_dir():
            shutil.copytree(office / name, folder / name)
        elif (office / name).exists():
            shutil.copy(office / name, folder / name)
