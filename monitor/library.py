"""The editable files under data/ and what is made of their texts. Layer 4; see ``steps.tools``.

Texts are read as the product reads them at its start: from a folder that looks like data/ but says
something else in these files. It decides nothing and keeps no row; that is ``steps.knowing``.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from monitor.config import Settings
from monitor.editable import FILES, READS
from monitor.errors import ConfigError, ModelError
from monitor.knowledge import Knowledge, load_knowledge
from monitor.steps.tools import Parts, Verdict
from monitor.store.knowledge_changes import model_of
from monitor.text.reader import TextReader
from monitor.words import LexiconWords

if TYPE_CHECKING:
    from monitor.classify import Classifier
    from monitor.classify.embed import VectorCache
    from monitor.classify.guard import SecondLook

_SLANG, _KEYWORDS, _TONES = READS
# Never read together with the editable files, and large.
_APART = frozenset({"training", "drill", "demo", "unseen", "mappings"})
_BATCH = 250
_READERS_KEPT = 3

Told = tuple[int, Verdict, Verdict]


class DataLibrary:
    """Meets ``monitor.steps.tools.Library`` for one data folder.

    Args:
        settings: where data and models lie, and how they are read.
        cache: sentence vectors that were made already.
        check: raises ConfigError where knowledge and settings contradict each other.
    """

    def __init__(
        self,
        settings: Settings,
        cache: VectorCache,
        check: Callable[[Knowledge], None] = lambda _: None,
    ) -> None:
        self.known = 0
        self._settings = settings
        self._data = settings.data
        self._cache = cache
        self._check = check
        self._readers_made: dict[tuple[str, ...], TextReader] = {}

    def on_disk(self) -> dict[str, str]:
        """What the files say; one that cannot be read is missing."""
        found = {}
        for file in FILES:
            try:
                found[file] = (self._data / file).read_text(encoding="utf-8")
            except (OSError, UnicodeDecodeError):
                continue
        return found

    def write(self, file: str, text: str) -> None:
        """Replace a file whole, and let it reach the disk before anybody relies on it."""
        target = self._data / file
        fresh = target.with_name(f".{target.name}.part")
        try:
            with fresh.open("w", encoding="utf-8", newline="") as out:
                out.write(text)
                out.flush()
                os.fsync(out.fileno())
            fresh.replace(target)
        except OSError as error:
            raise ConfigError(f"knowledge: {file}: cannot be written: {error.strerror}") from error

    def parts(self, texts: Mapping[str, str]) -> Parts:
        """What the product makes of these texts.

        Raises:
            ConfigError: one is wrong; files are named by their paths under data/.
        """
        with self._saying(texts) as folder:
            knowledge = load_knowledge(folder)
            self._check(knowledge)
            words = LexiconWords.load(self.reader(texts), folder)
        return Parts(knowledge, words, self._second_look(knowledge))

    def classifier(self, version: str, texts: Mapping[str, str]) -> Classifier:
        """A version of a model with the words that its name stands for, by ``texts``.

        Raises:
            ModelError: the model cannot be loaded, or its words are wrong by now.
        """
        from monitor.classify import Classifier

        settings = self._settings
        try:
            reader = self.reader(texts)
        except ConfigError as error:
            raise ModelError(f"model: {version}: its words: {error}") from error
        return Classifier.load_version(
            settings.models / model_of(version),
            settings.data,
            settings.classify.embeddings,
            settings.classify.precision,
            self._cache,
            reader=reader,
            label=version,
        )

    def reader(self, texts: Mapping[str, str]) -> TextReader:
        """The word lists with these texts among them; made once for as long as they stay the same.

        Raises:
            ConfigError: one is wrong.
        """
        said = {**self.on_disk(), **texts}
        key = tuple(said.get(file, "") for file in READS)
        if key not in self._readers_made:
            with self._saying(texts) as folder:
                made = TextReader.load(folder, self._settings.office.province)
            # What serves and what is tried beside it: a reader remembers the words that it met.
            for old in list(self._readers_made)[: 1 - _READERS_KEPT]:
                self._readers_made.pop(old, None)
            self._readers_made[key] = made
        return self._readers_made[key]

    def read_anew(
        self, version: str, texts: tuple[Mapping[str, str], Mapping[str, str]], said: Sequence[str]
    ) -> Iterator[tuple[int, list[Told]]]:
        """Verdicts with two sets of texts on those of ``said`` that they tell apart."""
        from monitor.classify import Classifier
        from monitor.classify.embed import Embedder, text_hash
        from monitor.classify.model_files import load

        old, new = self._readers(*texts)
        model = load(self._settings.models / model_of(version))
        vectors = self._settings.classify.embeddings != "off" and bool(model.vectors)
        embedder = Embedder(None, self._cache) if vectors else None
        precision = self._settings.classify.precision
        pairs = {
            known: [
                Classifier(model, one, embedder=embedder if known else None, precision=precision)
                for one in (old, new)
            ]
            for known in ((False, True) if embedder else (False,))
        }
        for start in range(0, len(said), _BATCH):
            batch = said[start : start + _BATCH]
            apart = [at for at, text in enumerate(batch, start) if _told_apart(old, new, text)]
            hashes = {at: text_hash(old.read(said[at]).text) for at in apart}
            kept = self._cache.get_many(list(hashes.values())) if embedder else {}
            found: list[Told] = []
            for known, (before, after) in pairs.items():
                these = [at for at in apart if (hashes[at] in kept) is known]
                words = [said[at] for at in these]
                found += zip(these, before.predict(words), after.predict(words), strict=True)
            yield min(start + _BATCH, len(said)), sorted(found, key=lambda told: told[0])

    def _readers(
        self, before: Mapping[str, str], after: Mapping[str, str]
    ) -> tuple[TextReader, TextReader]:
        """Two readers that share whatever the texts leave as it is."""
        old, new = self.reader(before), self.reader(after)
        if before[_SLANG] == after[_SLANG]:
            new = replace(new, normaliser=old.normaliser)
        if before[_KEYWORDS] == after[_KEYWORDS]:
            new = replace(new, issue_voter=old.issue_voter)
        if before[_TONES] == after[_TONES]:
            new = replace(new, tone_reader=old.tone_reader)
        return old, replace(new, stemmer=old.stemmer)

    def _second_look(self, knowledge: Knowledge) -> SecondLook | None:
        from monitor.classify.guard import SecondLook, load_guard

        model = load_guard(self._data / "guard")
        return SecondLook(model, knowledge.guard) if model else None

    @contextmanager
    def _saying(self, texts: Mapping[str, str]) -> Iterator[Path]:
        """A folder like data/ in which the editable files say this."""
        disk = self.on_disk()
        if all(disk.get(file) == text for file, text in texts.items()):
            yield self._data
            return
        with TemporaryDirectory(prefix="siaga-") as name:
            folder = Path(name)
            _lay_out(self._data, folder, texts)
            try:
                yield folder
            except ConfigError as error:
                raise ConfigError(str(error).replace(f"{folder}{os.sep}", "")) from error


def _lay_out(data: Path, folder: Path, texts: Mapping[str, str]) -> None:
    for file in data.rglob("*"):
        path = file.relative_to(data)
        if path.parts[0] in _APART or not file.is_file() or path.as_posix() in texts:
            continue
        (folder / path.parent).mkdir(parents=True, exist_ok=True)
        (folder / path).symlink_to(file.resolve())
    for name, text in texts.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8", newline="")


def _told_apart(old: TextReader, new: TextReader, text: str) -> bool:
    """Whether anything that a verdict is made of is different."""
    before = old.read(text)
    if old.normaliser is not new.normaliser and new.read(text) != before:
        return True
    normalised, language = before.normalised, before.language_guess
    if old.issue_voter is not new.issue_voter:
        roots = old.stemmer.stems(normalised)
        if old.issue_voter.issue_votes(roots) != new.issue_voter.issue_votes(roots):
            return True
    return old.tone_reader is not new.tone_reader and (
        old.tone_reader.tones(normalised, language) != new.tone_reader.tones(normalised, language)
    )
