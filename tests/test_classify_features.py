"""Features: the same figures as scikit-learn, nothing private kept."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer

from monitor.classify import features
from monitor.classify.features import (
    Document,
    FeatureSpace,
    document,
    learn_vocabulary,
    pieces_of,
)
from tests.classify_world import reader

TEXTS = [
    "jalan di depan pasar rusak parah",
    "jalan di gang kami rusak lagi !",
    "jalan itu mulus sekali terima kasih",
    "jalan itu rusak terus ? a b",
    "terima kasih jalan di desa mulus",
    "terima kasih banyak 🙏",
]


def documents(texts: list[str]) -> list[Document]:
    return [Document(text) for text in texts]


def test_words_and_pieces_weigh_as_in_scikit_learn() -> None:
    vocabulary = learn_vocabulary(documents(TEXTS))
    ours = FeatureSpace(vocabulary).matrix(documents(TEXTS)).toarray()
    words = TfidfVectorizer(
        ngram_range=(1, 2), sublinear_tf=True, token_pattern=r"\S+", min_df=3, dtype=np.float32
    )
    pieces = TfidfVectorizer(
        analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True, min_df=3, dtype=np.float32
    )
    theirs = np.hstack(
        [words.fit_transform(TEXTS).toarray(), pieces.fit_transform(TEXTS).toarray()]
    )
    assert vocabulary.words == tuple(words.get_feature_names_out())
    assert vocabulary.pieces == tuple(pieces.get_feature_names_out())
    np.testing.assert_allclose(ours, theirs, atol=1e-6)


def test_what_stands_in_fewer_than_three_texts_is_not_kept() -> None:
    vocabulary = learn_vocabulary(documents(["rahasia sekali", "rahasia juga", "rahasia juga"]))
    assert vocabulary.words == ()
    assert vocabulary.pieces == ()


def test_account_names_and_numbers_are_never_kept() -> None:
    texts = [f"@budi_palsu lapor 0812 {n} ke @user" for n in range(5)]
    vocabulary = learn_vocabulary(documents(texts))
    assert "@user" in vocabulary.words
    assert not any("budi" in item or "0812" in item for item in vocabulary.words)
    assert not any("budi" in item or item.strip(" 0123456789") == "" for item in vocabulary.pieces)


def test_every_number_is_the_same_word() -> None:
    vocabulary = learn_vocabulary(documents(["rt 5 banjir", "rt 7 banjir", "rt 12 banjir"]))
    assert "rt <angka>" in vocabulary.words


def test_words_behind_a_negator_count_as_another_word() -> None:
    vocabulary = learn_vocabulary(documents([f"airnya tidak bersih {word}" for word in "xyz"]))
    assert "tidak_bersih" in vocabulary.words
    space = FeatureSpace(vocabulary)
    column = vocabulary.words.index("tidak_bersih")
    rows = space.matrix(documents(["airnya tidak bersih", "airnya bersih"])).toarray()
    assert rows[0, column] > 0
    assert rows[1, column] == 0


def test_keyword_votes_are_columns_of_their_own() -> None:
    read = reader().read("PDAM mati lagi min")
    one = document(read, {"air_bersih": 2.0})
    vocabulary = learn_vocabulary([one])
    assert vocabulary.rules == ("issue air_bersih",)
    row = FeatureSpace(vocabulary).matrix([one, Document("x", rules={"issue baru": 1.0})]).toarray()
    assert row[0, -1] == pytest.approx(0.4)
    assert row[1, -1] == 0


def test_an_empty_text_is_an_empty_row() -> None:
    space = FeatureSpace(learn_vocabulary(documents(TEXTS)))
    assert space.matrix([Document("")]).nnz == 0
    assert space.matrix([]).shape[0] == 0


def test_words_remembered_or_not_give_the_same_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    vocabulary = learn_vocabulary(documents(TEXTS))
    whole = FeatureSpace(vocabulary).matrix(documents(TEXTS)).toarray()
    monkeypatch.setattr(features, "_REMEMBERED", 2)
    forgetful = FeatureSpace(vocabulary).matrix(documents(TEXTS)).toarray()
    np.testing.assert_array_equal(whole, forgetful)


@pytest.mark.parametrize(
    ("token", "pieces"),
    [
        ("a", [" a", "a ", " a "]),
        ("<url>", []),
        ("@budi", []),
        ("12", []),
        ("5x", ["5x", "x ", " 5x", "5x ", " 5x "]),
    ],
)
def test_pieces_of_odd_tokens(token: str, pieces: list[str]) -> None:
    assert list(pieces_of(token)) == pieces
