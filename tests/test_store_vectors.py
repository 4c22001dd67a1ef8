"""Sentence vectors are kept by text hash, whatever thread asks."""

from __future__ import annotations

import threading
from pathlib import Path

from monitor.store.vectors import StoredVectors


def test_vectors_put_by_one_thread_are_known_to_another(store_path: Path) -> None:
    vectors = StoredVectors(store_path)
    vectors.put_many({b"one": b"\x01\x02", b"two": b"\x03"})
    found: list[dict[bytes, bytes]] = []
    other = threading.Thread(
        target=lambda: found.append(dict(vectors.get_many([b"one", b"two", b"three"])))
    )
    other.start()
    other.join()
    assert found == [{b"one": b"\x01\x02", b"two": b"\x03"}]


def test_what_was_kept_is_there_after_a_new_start(store_path: Path) -> None:
    StoredVectors(store_path).put_many({b"one": b"\x01"})
    again = StoredVectors(store_path)
    assert again.get_many([b"one"]) == {b"one": b"\x01"}
    again.put_many({b"one": b"\x01"})
    assert again.get_many([]) == {}
