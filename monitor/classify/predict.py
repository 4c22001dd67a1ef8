"""One pass over a batch of comments: everything that Siaga understands of each.

Layer 2: text rules + the serving model. Reads its files once, when loaded; predicting has no clock
and no I/O but the cache of sentence vectors.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from scipy.sparse import csr_matrix

from monitor.classify.embed import Embedder, Mode, VectorCache, open_embedder
from monitor.classify.explain import Explainer, Explanation
from monitor.classify.features import FeatureSpace, Floats, document
from monitor.classify.heads import HeadStack, mixed, probabilities, sure_from
from monitor.classify.model_files import HEADS, Model, load, load_serving
from monitor.errors import ModelError
from monitor.records import Intent, Sentiment
from monitor.text.clean import clean
from monitor.text.places import Place
from monitor.text.reader import ReadText, TextReader

# Below this many words, or this probability, a language is not told from Indonesian.
_LANGUAGE_WORDS, _LANGUAGE_P = 4, 0.6
_HOME = "id"
# What a person is asked about.
_ASKED = ("sentiment", "issue")
# An urgency phrase counts when the head finds it at least this part as likely as it must alone.
_PHRASE_PART = 0.4


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is understood of one text; ``sentiment_p`` follows the order of ``Sentiment``.

    ``place`` is the kabupaten, with " / kecamatan" where known. ``spam`` is the reason or None.
    ``ask_human``: the sentiment or the issue is less sure than the precision asked for needs.
    """

    text: str
    sentiment: Sentiment
    sentiment_p: tuple[float, float, float]
    issue: str
    issue_p: float
    intent: Intent
    urgent: bool
    language: str
    place: str | None
    spam: str | None
    flags: tuple[str, ...]
    masked: str
    ask_human: bool
    copy_key: bytes | None
    copy_words: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Views:
    """What the model's two ways of reading say of texts; all as long as the texts are many.

    Of sentiment and issue the probabilities by words alone and, where sentence vectors take part,
    with them (rows x classes); and rows by which texts are told to be alike.
    """

    by_words: Mapping[str, Floats]
    with_vectors: Mapping[str, Floats]
    rows: Floats | csr_matrix


class Classifier:
    """The serving model with the text rules. Not for several threads at once."""

    __slots__ = (
        "_embedder",
        "_model",
        "_reader",
        "_space",
        "_stack",
        "_sure_from",
        "_vector",
        "trouble",
    )

    def __init__(
        self,
        model: Model,
        reader: TextReader,
        *,
        embedder: Embedder | None = None,
        precision: float = 0.9,
        trouble: str | None = None,
    ) -> None:
        self.trouble = trouble
        """Why an older model serves in place of the one that should; None when all is well."""
        self._model = model
        self._reader = reader
        self._space = FeatureSpace(model.vocabulary)
        self._stack = HeadStack(model.heads)
        self._embedder = embedder if model.vectors else None
        self._vector = HeadStack(model.vectors) if self._embedder else None
        heads = {**model.heads, **(model.vectors if self._embedder else {})}
        self._sure_from = {name: sure_from(heads[name], precision) for name in _ASKED}

    @classmethod
    def load(
        cls,
        models_dir: Path,
        data_dir: Path,
        embeddings: Mode = "auto",
        precision: float = 0.9,
        cache: VectorCache | None = None,
        province: str = "kalteng",
        reader: TextReader | None = None,
    ) -> Classifier:
        """The serving model of ``models_dir`` with the word lists and places of ``data_dir``.

        ``precision``: so many of the answers that no person is asked about shall be right.

        Raises:
            ModelError: no model can be read, or sentence vectors are ``on`` and cannot be had.
                While one that served before can be read, it goes on serving, and ``trouble`` says
                what is wrong with its successor.
            ConfigError: a word list is wrong.
        """
        model, trouble = load_serving(models_dir)
        reader = reader or TextReader.load(data_dir, province)
        return cls._made(model, reader, embeddings, precision, cache, trouble)

    @classmethod
    def load_version(
        cls,
        folder: Path,
        data_dir: Path,
        embeddings: Mode = "auto",
        precision: float = 0.9,
        cache: VectorCache | None = None,
        province: str = "kalteng",
        reader: TextReader | None = None,
        label: str = "",
    ) -> Classifier:
        """The model of one folder, whether it serves or not; otherwise like :meth:`load`.

        ``reader``: other word lists than those of ``data_dir``; ``label`` is its version then.
        """
        model = load(folder)
        model = replace(model, version=label or model.version)
        reader = reader or TextReader.load(data_dir, province)
        return cls._made(model, reader, embeddings, precision, cache, None)

    @classmethod
    def _made(
        cls,
        model: Model,
        reader: TextReader,
        embeddings: Mode,
        precision: float,
        cache: VectorCache | None,
        trouble: str | None,
    ) -> Classifier:
        if embeddings == "on" and not model.vectors:
            raise ModelError(
                f"model: {model.version}: was trained without sentence vectors; "
                "set classify.embeddings to auto"
            )
        embedder = open_embedder(embeddings, cache) if model.vectors else None
        return cls(model, reader, embedder=embedder, precision=precision, trouble=trouble)

    @property
    def version(self) -> str:
        """The model's version: the name of its folder, with the change of words behind it."""
        return self._model.version

    @property
    def issues(self) -> tuple[str, ...]:
        """The issues that the model knows."""
        return self._model.heads["issue"].classes

    @property
    def embeds(self) -> bool:
        """Whether sentence vectors take part."""
        return self._embedder is not None

    def predict(self, texts: Sequence[str]) -> list[Verdict]:
        """One verdict a text, in order; any string is accepted."""
        reads = [self._reader.read(text) for text in texts]
        if not reads:
            return []
        shares = self._shares(reads)
        rows = {name: shares[name].tolist() for name in HEADS}
        return [
            self._verdict(text, read, {name: rows[name][at] for name in HEADS})
            for at, (text, read) in enumerate(zip(texts, reads, strict=True))
        ]

    def views(self, texts: Sequence[str]) -> Views:
        """What words alone, and words with sentence vectors, say of the texts."""
        reads = [self._reader.read(text) for text in texts]
        matrix = self._space.matrix([document(read, self._reader) for read in reads])
        scores = self._stack.scores(matrix)
        heads = self._model.heads
        words = {name: probabilities(scores[name], heads[name].temperature) for name in _ASKED}
        if not (self._embedder and self._vector):
            return Views(words, {}, matrix)
        vectors = self._embedder.vectors([read.text for read in reads])
        more, heads = self._vector.scores(vectors), self._model.vectors
        both = {
            name: probabilities(
                mixed(scores[name], more[name], heads[name].share), heads[name].temperature
            )
            for name in _ASKED
            if name in more
        }
        return Views(words, both, vectors)

    def unknown_words(self, text: str) -> tuple[tuple[str, ...], int]:
        """The words of a text, spelling made standard, that the model never learned, in order;
        and of how many words they are.
        """
        words = [
            word
            for word in self._reader.normaliser.normalise(clean(text)).split()
            if word[0].isalpha()
        ]
        stem = self._reader.stemmer.stem
        return tuple(w for w in words if not self._space.knows(w, stem(w))), len(words)

    def explain(self, text: str) -> tuple[Verdict, dict[str, Explanation]]:
        """A verdict, and which words decided its sentiment, issue, intent and urgency."""
        verdict = self.predict([text])[0]
        answers = {
            "sentiment": verdict.sentiment.value,
            "issue": verdict.issue,
            "intent": verdict.intent.value,
            "urgent": self._model.heads["urgent"].classes[verdict.urgent],
        }
        explainer = Explainer(self._space, self._reader, self._embedder)
        vectors = self._model.vectors if self._embedder else {}
        heads = {
            name: (answer, self._model.heads[name], vectors.get(name))
            for name, answer in answers.items()
        }
        return verdict, explainer.explain(self._reader.read(text), heads)

    def _shares(self, reads: Sequence[ReadText]) -> dict[str, Floats]:
        """Probabilities of every head, rows x classes."""
        matrix = self._space.matrix([document(read, self._reader) for read in reads])
        scores = self._stack.scores(matrix)
        heads = dict(self._model.heads)
        if self._embedder and self._vector:
            vectors = self._embedder.vectors([read.text for read in reads])
            for name, more in self._vector.scores(vectors).items():
                heads[name] = self._model.vectors[name]
                scores[name] = mixed(scores[name], more, heads[name].share)
        return {name: probabilities(scores[name], heads[name].temperature) for name in HEADS}

    def _verdict(self, text: str, read: ReadText, rows: Mapping[str, list[float]]) -> Verdict:
        sentiment, sentiment_p = self._likeliest("sentiment", rows)
        issue, issue_p = self._likeliest("issue", rows)
        by_class = dict(zip(self._model.heads["sentiment"].classes, rows["sentiment"], strict=True))
        negatif, netral, positif = (by_class[tone] for tone in Sentiment)
        return Verdict(
            text=text,
            sentiment=Sentiment(sentiment),
            sentiment_p=(negatif, netral, positif),
            issue=issue,
            issue_p=issue_p,
            intent=Intent(self._likeliest("intent", rows)[0]),
            urgent=self._urgent(rows["urgent"][-1], read.flags),
            language=language_of(read, *self._likeliest("language", rows)),
            place=place_of(read.places),
            spam=read.spam,
            flags=read.flags,
            masked=read.masked,
            ask_human=sentiment_p < self._sure_from["sentiment"]
            or issue_p < self._sure_from["issue"],
            copy_key=read.copy_key,
            copy_words=read.copy_words,
        )

    def _likeliest(self, name: str, rows: Mapping[str, list[float]]) -> tuple[str, float]:
        row = rows[name]
        best = max(row)
        return self._model.heads[name].classes[row.index(best)], best

    def _urgent(self, share: float, flags: Sequence[str]) -> bool:
        least = self._model.urgent_from[self._embedder is not None]
        return share >= (least * _PHRASE_PART if "urgent_words" in flags else least)


def language_of(read: ReadText, likeliest: str, share: float) -> str:
    """Head and marker words together: Indonesian where the text is short or neither is sure."""
    words = sum(token[0].isalpha() for token in read.normalised.split())
    if words < _LANGUAGE_WORDS:
        return _HOME
    if share >= _LANGUAGE_P or likeliest == read.language_guess:
        return likeliest
    return read.language_guess if read.language_share >= _LANGUAGE_P else _HOME


def place_of(places: Sequence[Place]) -> str | None:
    """The first kabupaten named, with its kecamatan if the text names one."""
    if not places:
        return None
    kabupaten = places[0].kabupaten
    within = [place.kecamatan for place in places if place.kabupaten == kabupaten]
    kecamatan = next((name for name in within if name), None)
    return f"{kabupaten} / {kecamatan}" if kecamatan else kabupaten


def explanation_json(why: Mapping[str, Explanation]) -> dict[str, Any]:
    """Explanations as ``siaga classify --explain`` adds them: tokens in order with their weight."""
    return {
        name: {
            "answer": one.answer,
            "tokens": [[token, round(weight, 3)] for token, weight in one.tokens],
            "rest": round(one.rest, 3),
            "score": round(one.score, 3),
        }
        for name, one in why.items()
    }


def verdict_json(verdict: Verdict) -> dict[str, Any]:
    """A verdict as ``siaga classify`` prints it, one JSON object a line."""
    tones = (tone.value for tone in Sentiment)
    shares = (round(share, 4) for share in verdict.sentiment_p)
    return {
        "text": verdict.text,
        "sentiment": verdict.sentiment.value,
        "sentiment_p": dict(zip(tones, shares, strict=True)),
        "issue": verdict.issue,
        "issue_p": round(verdict.issue_p, 4),
        "intent": verdict.intent.value,
        "urgent": verdict.urgent,
        "language": verdict.language,
        "place": verdict.place,
        "spam": verdict.spam,
        "flags": list(verdict.flags),
        "masked": verdict.masked,
        "ask_human": verdict.ask_human,
    }
