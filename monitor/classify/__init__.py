"""Understanding a batch of comments with the serving model; ``training/`` makes the models."""

from monitor.classify.embed import VectorCache
from monitor.classify.model_files import serving
from monitor.classify.predict import Classifier, Verdict, explanation_json, verdict_json

__all__ = ["Classifier", "VectorCache", "Verdict", "explanation_json", "serving", "verdict_json"]
