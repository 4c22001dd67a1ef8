"""Why a reply may not go out, in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

_NAMES: Mapping[str, str] = {
    "empty": "Balasan kosong.",
    "too_long": "Balasan terlalu panjang.",
    "placeholder": "Masih ada isian templat dalam kurung kurawal.",
    "markup": "Ada kode HTML di dalam balasan.",
    "personal": "Ada data pribadi (nomor telepon, NIK, atau sejenisnya).",
}


def blunder_names(rules: Iterable[str]) -> tuple[str, ...]:
    """The broken rules as sentences."""
    return tuple(_NAMES[rule] for rule in rules)
