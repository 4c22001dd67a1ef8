"""Invented comments about two matters that no issue holds, and ordinary ones around them."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent

_DOGS = (
    "anjing liar berkeliaran di {0}, anak-anak takut lewat",
    "tadi {1} digigit anjing liar dekat {0}, ada vaksin rabies tidak?",
    "kapan ada penertiban anjing liar di {0}? sudah banyak yang dikejar",
    "anjing liar makin banyak di {0}, khawatir rabies menular",
    "mohon vaksin rabies untuk anjing liar sekitar {0}",
    "{1} trauma dikejar anjing liar tiap subuh di {0}",
    "gigitan anjing liar lagi di {0}, rabies itu bahaya",
    "siapa yang urus anjing liar di {0}, sudah {2} ekor",
)
_KITES = (
    "benang layangan gelasan nyangkut di leher {1} waktu lewat {0}",
    "layangan gelasan putus melukai pengendara di {0}, tolong dirazia",
    "anak main layangan gelasan di {0} bahaya buat motor",
    "hampir celaka kena benang gelasan layangan di {0}",
    "larang benang gelasan layangan dong, {1} sampai dijahit {2} jahitan",
    "musim layangan, benang gelasan melintang di {0} tiap sore",
    "layangan putus dikejar anak-anak sampai ke tengah {0}, benang gelasannya tajam",
)
_WHERE = (
    "gang belakang",
    "depan sekolah",
    "lapangan",
    "simpang tiga",
    "perumahan",
    "jalan raya",
    "pinggir sungai",
    "dekat mushola",
)
_WHO = ("adik saya", "ponakan", "tetangga", "teman kerja", "bapak saya", "anak kos")


def _written(forms: tuple[str, ...], count: int, seed: int) -> Iterator[str]:
    rng = random.Random(seed)
    for i in range(count):
        form = forms[i % len(forms)]
        yield form.format(rng.choice(_WHERE), rng.choice(_WHO), rng.randint(2, 9))


def dogs(count: int, seed: int = 1) -> list[str]:
    """About stray dogs."""
    return list(_written(_DOGS, count, seed))


def kites(count: int, seed: int = 2) -> list[str]:
    """About the glass-coated lines of kites."""
    return list(_written(_KITES, count, seed))


def ordinary(count: int) -> list[str]:
    """Chat that fits no issue, of the project's own training texts, none of it praise."""
    found: list[str] = []
    for file in sorted((PROJECT / "data" / "training").glob("lainnya*.csv")):
        with file.open(encoding="utf-8", newline="") as lines:
            found += [row["text"] for row in csv.DictReader(lines) if row["sentiment"] != "positif"]
    return found[:count]
