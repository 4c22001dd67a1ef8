"""Pictures: PNG files by the names that the card uses, the same bytes for the same figures."""

from __future__ import annotations

import struct
from dataclasses import replace

import pytest

from monitor.training.compare import Bin, Scores, score
from monitor.training.measure import Figure
from monitor.training.pictures import confusion_png, papers, reliability_png

PNG = b"\x89PNG\r\n\x1a\n"
CLASSES = ("negatif", "netral", "positif")


def scores(classes: tuple[str, ...] = CLASSES) -> Scores:
    true = [classes[n % len(classes)] for n in range(12)]
    said = [classes[n % len(classes)] if n % 4 else classes[0] for n in range(12)]
    return score(classes, true, said, [0.35 + 0.05 * n for n in range(12)])


def size(png: bytes) -> tuple[int, int]:
    """Width and height in pixels, as the file's head tells them."""
    return struct.unpack(">II", png[16:24])


def test_a_confusion_is_a_png_and_the_same_bytes_twice() -> None:
    first, second = confusion_png("sentiment", scores()), confusion_png("sentiment", scores())
    assert first.startswith(PNG)
    assert first == second
    assert first != confusion_png("issue", scores())
    assert b"matplotlib" not in first.lower()


def test_more_classes_make_a_larger_picture() -> None:
    few, many = (
        size(confusion_png("x", scores(tuple(f"kelas {n}" for n in range(count)))))
        for count in (2, 12)
    )
    assert many[0] > few[0]
    assert many[1] > few[1]


def test_a_class_without_rows_is_drawn_too() -> None:
    assert confusion_png("x", score(CLASSES, ["netral"], ["netral"])).startswith(PNG)
    assert confusion_png("x", score(CLASSES, [], [])).startswith(PNG)


def test_reliability_is_a_png_and_the_same_bytes_twice() -> None:
    curves = {"sentiment, own": scores().bins, "issue, own": (Bin(0.5, 0.4, 9),)}
    first, second = (reliability_png("Reliability", curves) for _ in range(2))
    assert first.startswith(PNG)
    assert first == second


def figure(question: str, cut: str, *, vectors: bool = False) -> Figure:
    return Figure(question, cut, scores(), scores() if vectors else None)


@pytest.mark.parametrize(
    ("figures", "names"),
    [
        ([], []),
        ([figure("language", "own")], []),
        ([figure("sentiment", "own, id")], []),
        ([figure("urgent", "own")], ["confusion-urgent.png"]),
        ([figure("sentiment", "dkk_semarang")], ["reliability.png"]),
        (
            [figure("sentiment", "own"), figure("issue", "own"), figure("intent", "own")],
            [
                "confusion-sentiment.png",
                "confusion-issue.png",
                "confusion-intent.png",
                "reliability.png",
            ],
        ),
    ],
)
def test_a_model_folder_gets_the_pictures_of_its_figures(
    figures: list[Figure], names: list[str]
) -> None:
    found = papers(figures)
    assert list(found) == names
    assert all(body.startswith(PNG) for body in found.values())


def test_pictures_show_the_answers_with_vectors_where_they_were_made() -> None:
    by_words = figure("issue", "own")
    worse = score(CLASSES, ["negatif"] * 4, ["positif"] * 4, [0.9] * 4)
    assert papers([by_words]) == papers([replace(by_words, words=worse, vectors=by_words.words)])
    assert papers([by_words]) != papers([replace(by_words, vectors=worse)])
