"""Features: the same figures as scikit-learn, nothing private kept."""

from __future__ import annotations

import math

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer

from monitor.classify import features
from monitor.classify.features import (
    Document,
    FeatureSpace,
    document,
    document_of,
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


def rooted_on(text: str) -> Document:
    """A document whose roots are its words as they stand."""
    return Document(text, roots=tuple(text.split()))


def test_words_pieces_and_roots_weigh_as_in_scikit_learn() -> None:
    vocabulary = learn_vocabulary(rooted := [rooted_on(text) for text in TEXTS])
    ours = FeatureSpace(vocabulary).matrix(rooted).toarray()
    words = TfidfVectorizer(
        ngram_range=(1, 2), sublinear_tf=True, token_pattern=r"\S+", min_df=3, dtype=np.float32
    )
    pieces = TfidfVectorizer(
        analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True, min_df=3, dtype=np.float32
    )
    roots = TfidfVectorizer(
        analyzer=lambda text: [root for root in text.split() if root[0].isalpha()],
        sublinear_tf=True,
        min_df=3,
        dtype=np.float32,
    )
    theirs = np.hstack(
        [part.fit_transform(TEXTS).toarray() for part in (words, pieces, roots)],
    )
    assert vocabulary.words == tuple(words.get_feature_names_out())
    assert vocabulary.pieces == tuple(pieces.get_feature_names_out())
    assert vocabulary.roots == tuple(roots.get_feature_names_out())
    width = len(vocabulary.words) + len(vocabulary.pieces)
    assert vocabulary.root_columns == slice(width, len(vocabulary))
    np.testing.assert_allclose(ours, theirs, atol=1e-6)


def test_what_stands_in_fewer_than_three_texts_is_not_kept() -> None:
    texts = ["rahasia sekali", "rahasia juga", "rahasia juga"]
    vocabulary = learn_vocabulary(map(rooted_on, texts))
    assert vocabulary.words == ()
    assert vocabulary.pieces == ()
    assert vocabulary.roots == ()


def test_account_names_and_numbers_are_never_kept() -> None:
    texts = [f"@budi_palsu lapor 0812 {n} ke @user" for n in range(5)]
    vocabulary = learn_vocabulary(map(rooted_on, texts))
    assert "@user" in vocabulary.words
    assert vocabulary.roots == ("ke", "lapor")
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
    one = document(reader().read("ledeng PDAM"), reader())
    votes = reader().issue_voter.issue_votes(reader().stemmer.stems("ledeng pdam"))
    assert set(votes) == {"air_bersih"}
    vocabulary = learn_vocabulary([one])
    assert vocabulary.rules == ("issue air_bersih",)
    space = FeatureSpace(vocabulary)
    assert space.rule_columns == {"issue air_bersih": 0}
    row = space.matrix([one, Document("x", rules={"issue baru": 1.0})]).toarray()
    assert row[0, -1] == pytest.approx(0.5 * math.log1p(votes["air_bersih"]))
    assert row[1, -1] == 0


def test_tone_is_a_rule_that_a_negator_turns_round() -> None:
    praise, blame = (
        document(reader().read(text), reader()).rules for text in ("bagus", "tidak bagus")
    )
    assert praise == {"tone praise": pytest.approx(0.5 * math.log1p(2)), "tone good": 0.5}
    assert blame == {"tone not praise": pytest.approx(0.5 * math.log1p(2)), "tone bad": 0.5}


def test_a_read_text_and_its_normalised_text_are_the_same_document() -> None:
    read = reader().read("jalanan gk diperbaiki jg, parah!!")
    one = document(read, reader())
    assert one == document_of(read.normalised, read.language_guess, reader())
    assert "baik" in one.roots
    assert one.normalised == read.normalised


def test_every_column_of_a_document_is_placed_on_tokens() -> None:
    texts = ["jalan tidak bagus 5", "jalan tidak bagus 7", "jalan tidak bagus 9"]
    space = FeatureSpace(learn_vocabulary(map(rooted_on, texts)))
    one = rooted_on("air jalan tidak bagus jalan 12 @budi_palsu")
    places = space.places(one)
    assert set(places) == set(space.matrix([one]).indices.tolist())
    words, before = space.vocabulary.words, space.vocabulary.root_columns.start
    named = {words[column]: found for column, found in places.items() if column < len(words)}
    assert named == {
        "jalan": [1, 4],
        "tidak": [2],
        "bagus": [3],
        "<angka>": [5],
        "jalan tidak": [1, 2],
        "tidak bagus": [2, 3],
        "tidak_bagus": [3],
    }
    roots = space.vocabulary.roots
    assert {roots[column - before]: at for column, at in places.items() if column >= before} == {
        "jalan": [1, 4],
        "tidak": [2],
        "bagus": [3],
    }


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
