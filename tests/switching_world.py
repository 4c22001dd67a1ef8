"""Models for tests of a change of model: simple, deterministic, each with its own eyes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from monitor.classify.served import Served
from monitor.errors import ModelError
from monitor.records import Sentiment
from monitor.steps.tools import Tools
from tests.world import RuleClassifier, RuleVerdict

POINTER = "PENUNJUK"


class Gloomy(RuleClassifier):
    """Calls everything negative, and what it does not know an issue of roads."""

    version = "gelap-2"

    def predict(self, texts: Sequence[str]) -> list[RuleVerdict]:
        return [
            replace(
                verdict,
                sentiment=Sentiment.NEGATIF,
                sentiment_p=(0.9, 0.05, 0.05),
                issue="jalan_infrastruktur" if verdict.issue == "lainnya" else verdict.issue,
            )
            for verdict in super().predict(texts)
        ]


class Sunny(RuleClassifier):
    """Calls everything positive."""

    version = "cerah-3"

    def predict(self, texts: Sequence[str]) -> list[RuleVerdict]:
        return [
            replace(verdict, sentiment=Sentiment.POSITIF, sentiment_p=(0.05, 0.05, 0.9))
            for verdict in super().predict(texts)
        ]


MODELS = {model.version: model for model in (RuleClassifier, Gloomy, Sunny)}


def load(version: str) -> RuleClassifier:
    if version not in MODELS:
        raise ModelError(f"model: {version}: no such folder")
    return MODELS[version]()


def with_models(tools: Tools, folder: Path) -> Tools:
    """Tools that start with what the pointer in ``folder`` names."""
    pointer = folder / POINTER
    if not pointer.exists():
        pointer.write_text(RuleClassifier.version)
    first = load(pointer.read_text())
    served = Served(first, load, pointer.write_text)  # type: ignore[arg-type]
    return replace(tools, classifier=served, models=served)
