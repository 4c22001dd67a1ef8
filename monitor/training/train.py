"""One training run: examples in, a new model folder out. Nothing serves before ``promote``.

Layer 3, step 8 of the way. Dying half way leaves no folder of the version's name.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import astuple, dataclass, replace
from hashlib import sha256
from pathlib import Path

from monitor.classify.embed import Embedder, Mode, VectorCache, open_embedder
from monitor.classify.model_files import Model, require_new, save
from monitor.classify.predict import Classifier
from monitor.knowledge import read_taxonomy
from monitor.text.judging import RULE
from monitor.text.reader import TextReader
from monitor.training.card import Learned, Measured, card
from monitor.training.dataset import Example, Labelled, own
from monitor.training.dataset import labelled as read_labelled
from monitor.training.doubts import Suspicion, suspicions
from monitor.training.external import external as read_external
from monitor.training.fit import fit
from monitor.training.holdout import RULE_KEY, part
from monitor.training.material import Progress, read_examples
from monitor.training.measure import Figure, figures
from monitor.training.pictures import papers
from monitor.training.questions import STORED
from monitor.training.suites import Suites, run_suites
from monitor.training.trials import trials

_MOST_DOUBTED = 20


@dataclass(frozen=True, slots=True)
class TrainReport:
    """What a run made. ``figures`` are five-fold, on texts unseen by the model that judged them.

    ``tried`` are the trials on sets left out; empty unless they were asked for. ``judging`` are the
    texts that no model is taught (``holdout``); ``doubted`` labels should be looked at again.
    """

    version: str
    folder: Path
    rows: dict[str, int]
    figures: tuple[Figure, ...]
    tried: tuple[Figure, ...]
    suites: Suites
    judging: tuple[Example, ...] = ()
    doubted: tuple[Suspicion, ...] = ()

    def as_text(self) -> str:
        """The figures as a table of fixed width."""
        learned = ", ".join(f"{name} {count}" for name, count in self.rows.items())
        lines = [
            f"model {self.version}: learned from {learned}; {len(self.judging)} texts held out",
            "",
            f"{'question':<11}{'texts of':<30}{'n':>7}{'macro-F1':>10}{'ECE':>8}{'vectors':>9}",
        ]
        for one in (*self.figures, *self.tried):
            vectors = f"{one.vectors.macro_f1:9.3f}" if one.vectors else f"{'-':>9}"
            lines.append(
                f"{one.question:<11}{one.cut:<30}{one.words.rows:>7}{one.words.macro_f1:>10.3f}"
                f"{one.words.ece:>8.3f}{vectors}"
            )
        return "\n".join([*lines, "", *self.suites.as_lines()])


def train(
    data_dir: Path,
    models_dir: Path,
    version: str,
    external: Path | None,
    labelled: Sequence[Labelled],
    progress: Progress,
    *,
    embeddings: Mode = "auto",
    cache: VectorCache | None = None,
    with_trials: bool = False,
    stored: Sequence[str] = (),
) -> TrainReport:
    """Learn from ``data_dir/training``, outside sets and labels; write ``models_dir/version``.

    A tenth of the texts and labels is held out for judging (``holdout``). The same inputs give the
    same bytes. ``progress`` hears what is being done, how much of it is done and of how much.
    ``cache`` keeps sentence vectors, which take most of a first run.
    ``with_trials`` also measures what the method is worth on outside sets that are left out.
    ``stored`` are comments that nobody labelled: tone learns from those that a first round of this
    training is sure of (``sure``).

    Raises:
        ConfigError: a training file, word list, taxonomy, suite or outside set is wrong.
        ModelError: the version exists, cannot be written, or too little was given to learn from.
    """
    folder = models_dir / version
    require_new(folder, version)
    issues = tuple(read_taxonomy(data_dir / "taxonomy.toml"))
    parted = part(
        [
            *own(data_dir / "training", issues),
            *sorted(
                read_labelled(labelled, issues),
                key=lambda e: (e.text, str(e.sentiment), e.issue or ""),
            ),
            *(Example(text, STORED) for text in sorted(set(stored)) if text.strip()),
            *(read_external(external) if external else ()),
        ]
    )
    examples = parted.taught
    reader = TextReader.load(data_dir)
    embedder = open_embedder(embeddings, cache)
    fitted = fit(read_examples(examples, reader, embedder, progress).course(), issues, version)
    rows = _rows(examples, fitted.sure)
    model = replace(
        fitted.model, training={"rows": rows, "texts": _fingerprint(examples), RULE_KEY: RULE}
    )
    found = figures(fitted, examples, issues)
    measured = Measured(
        found,
        trials(examples, external, reader, embedder, progress) if external and with_trials else (),
        _suites(model, reader, embedder, data_dir / "unseen"),
    )
    progress("write", 0, 1)
    learned = Learned(version, rows, model)
    save(model, folder, {"card.md": card(learned, measured).encode(), **papers(found)})
    progress("write", 1, 1)
    doubted = suspicions(fitted, examples, issues, _MOST_DOUBTED)
    return TrainReport(
        version, folder, rows, found, measured.tried, measured.suites, parted.judging, doubted
    )


def _suites(model: Model, reader: TextReader, embedder: Embedder | None, folder: Path) -> Suites:
    by_words = Classifier(model, reader)
    with_vectors = Classifier(model, reader, embedder=embedder) if embedder else None
    return run_suites(by_words, with_vectors, reader, folder)


def _rows(examples: Sequence[Example], sure: int) -> dict[str, int]:
    """How many texts of each origin taught; of the stored comments those that did."""
    rows = dict(Counter(one.origin for one in examples if one.origin != STORED))
    return {**rows, STORED: sure} if sure else rows


def _fingerprint(examples: Sequence[Example]) -> str:
    """What tells that two models were taught the same texts."""
    told = json.dumps([astuple(example) for example in examples], ensure_ascii=False)
    return sha256(told.encode("utf-8", "replace")).hexdigest()
