"""What the method is worth where it was not taught: whole sets left out, and the public ones alone.

Layer 3. Nothing of the judged texts is known to what judges them: not their words, not their
calibration. The sets are read from the trainer's folder (``external``).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from monitor.classify.embed import Embedder
from monitor.text.reader import TextReader
from monitor.training.dataset import Example
from monitor.training.external import DKK, NUSAX, SMSA, nusax_languages, smsa_split
from monitor.training.fit import Unseen, judge
from monitor.training.folds import PARTS, folds
from monitor.training.material import Material, Progress, read_examples
from monitor.training.measure import Figure, figure
from monitor.training.questions import questions, sentiment

_ALL_VECTORS = {"own": 1, "label": 1, DKK: 1, NUSAX: 1, SMSA: 1}
# On reviews, reviews teach most; our own texts add words of the local languages.
_ON_REVIEWS = {"own": 0.3, "label": 0.3, NUSAX: 1.0, SMSA: 1.0}


def trials(
    examples: Sequence[Example],
    folder: Path,
    reader: TextReader,
    embedder: Embedder | None,
    progress: Progress,
) -> tuple[Figure, ...]:
    """All trials that the sets in ``folder`` allow; ``examples`` are those of the training run."""
    material = read_examples(examples, reader, embedder, progress, _ALL_VECTORS)
    found: list[Figure] = []
    if any(one.origin == DKK for one in examples):
        found.append(_without_dkk(material))
    smsa = _smsa_alone(folder, reader, embedder, progress)
    return (*found, *([smsa] if smsa else []), *_nusax(material, folder))


def _without_dkk(material: Material) -> Figure:
    """Real comments on a government account, judged by what was learned without any of them."""
    judged = _of(material.examples, DKK)
    question = questions(["-"])[0]
    dealt = folds(material.examples, [one.normalised for one in material.documents])
    unseen = judge(question, material.without(judged), dealt)
    rows = range(len(unseen.at))
    return figure(question, f"{DKK}, never taught", unseen, material.examples, rows)


def _smsa_alone(
    folder: Path, reader: TextReader, embedder: Embedder | None, progress: Progress
) -> Figure | None:
    """SmSA's valid split, taught on its train split alone; copies are taken from the latter."""
    valid = list(smsa_split(folder, "valid"))
    known = {one.group for one in valid}
    train = [one for one in smsa_split(folder, "train") if one.group not in known]
    if not train or not valid:
        return None
    examples = [*train, *valid]
    material = read_examples(examples, reader, embedder, progress, _ALL_VECTORS)
    judged = np.arange(len(examples)) >= len(train)
    question = sentiment({SMSA: 1.0}, (SMSA,), strength=5.0)
    dealt = np.where(judged, -1, np.arange(len(examples)) % PARTS)
    unseen = judge(question, material.without(judged), dealt)
    return figure(question, f"{SMSA} valid, alone", unseen, examples, range(len(unseen.at)))


def _nusax(material: Material, folder: Path) -> list[Figure]:
    """NusaX by id in five parts: each of its languages."""
    examples = material.examples
    dealt = folds(examples, [one.normalised for one in material.documents])
    nusax = _of(examples, NUSAX)
    if not nusax.any():
        return []
    question = sentiment(_ON_REVIEWS, (NUSAX,), strength=2.0)
    unseen = joined(
        [
            judge(question, material.without(nusax & (dealt == part)), np.where(nusax, dealt, -1))
            for part in range(PARTS)
        ]
    )
    spoken = {(one.group, one.text): name for name, some in nusax_languages(folder) for one in some}
    languages = [spoken[examples[at].group, examples[at].text] for at in unseen.at.tolist()]
    return [
        figure(question, f"{NUSAX} by id, {name}", unseen, examples, rows)
        for name in sorted(set(languages))
        if (rows := [row for row, language in enumerate(languages) if language == name])
    ]


def _of(examples: Sequence[Example], origin: str) -> NDArray[np.bool_]:
    return np.array([one.origin == origin for one in examples])


def joined(unseen: Sequence[Unseen]) -> Unseen:
    """Answers on several parts as one."""
    vectors = [one.with_vectors for one in unseen if one.with_vectors is not None]
    return Unseen(
        np.concatenate([one.at for one in unseen]),
        np.concatenate([one.by_words for one in unseen]),
        np.concatenate(vectors) if vectors else None,
    )
