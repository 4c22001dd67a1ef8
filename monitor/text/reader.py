"""Everything the text layer can say about one comment, in one call.

The interface that the classifier layer uses. Built once from the word lists; each ``read`` is
pure and costs about a tenth of a millisecond.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from monitor.text.clean import clean
from monitor.text.copies import copy_key, copy_words
from monitor.text.flags import FlagFinder
from monitor.text.issues import IssueVoter
from monitor.text.languages import LANGUAGES, LanguageGuesser
from monitor.text.lexicon import Lexicon, PlaceTables
from monitor.text.normalise import Normaliser
from monitor.text.personal import Found, mask_found, personal_data
from monitor.text.places import Gazetteer, Place
from monitor.text.spam import SpamJudge
from monitor.text.stems import Stemmer
from monitor.text.tone import ToneReader

_STEMMED = frozenset({"id", "en"})


@dataclass(frozen=True, slots=True)
class ReadText:
    """What was read from one comment. ``places`` and ``personal`` point into ``text``."""

    text: str
    normalised: str
    language_guess: str
    language_share: float
    places: tuple[Place, ...]
    personal: tuple[Found, ...]
    masked: str
    spam: str | None
    flags: tuple[str, ...]
    copy_key: bytes | None
    copy_words: str | None


@dataclass(frozen=True, slots=True)
class TextReader:
    """The compiled parts; each may also be used alone."""

    normaliser: Normaliser
    guesser: LanguageGuesser
    gazetteer: Gazetteer
    spam_judge: SpamJudge
    flag_finder: FlagFinder
    stemmer: Stemmer
    issue_voter: IssueVoter
    tone_reader: ToneReader

    @classmethod
    def build(cls, lexicon: Lexicon, tables: PlaceTables) -> TextReader:
        """Compile the tables. Raise ConfigError for a contradiction, ModelError for the stemmer."""
        gazetteer = Gazetteer(tables)
        local = {
            word
            for language in LANGUAGES
            if language.code not in _STEMMED
            for word in lexicon.markers[language.code]
        }
        return cls(
            normaliser=Normaliser(lexicon.slang, lexicon.doubles),
            guesser=LanguageGuesser(lexicon.markers),
            gazetteer=gazetteer,
            spam_judge=SpamJudge(lexicon.spam),
            flag_finder=FlagFinder(lexicon.flags),
            stemmer=Stemmer(lexicon.stems, kept=gazetteer.tokens | local),
            issue_voter=IssueVoter(lexicon.issue_keywords),
            tone_reader=ToneReader(lexicon.tones),
        )

    @classmethod
    def load(cls, data: Path, province: str = "kalteng") -> TextReader:
        """Read ``data/lexicon`` and ``data/places``. Raise ConfigError naming file and line."""
        return cls.build(
            Lexicon.load(data / "lexicon"), PlaceTables.load(data / "places", province)
        )

    def read(self, raw: str) -> ReadText:
        """Clean, normalise and look; never raises on any string."""
        text = clean(raw)
        normalised = self.normaliser.normalise(text)
        language, share = self.guesser.guess(normalised)
        personal = personal_data(text)
        return ReadText(
            text=text,
            normalised=normalised,
            language_guess=language,
            language_share=share,
            places=self.gazetteer.places(text),
            personal=personal,
            masked=mask_found(text, personal) if personal else text,
            spam=self.spam_judge.spam_reason(normalised),
            flags=self.flag_finder.flags(normalised),
            copy_key=copy_key(normalised),
            copy_words=copy_words(normalised),
        )
