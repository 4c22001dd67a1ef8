"""The trainer's work: learn, judge, list versions. Called by the command line and notebooks."""

from monitor.training.evaluate import EvaluationReport, evaluate
from monitor.training.train import TrainReport, train
from monitor.training.versions import Version, back_here, serve_here, versions

__all__ = [
    "EvaluationReport",
    "TrainReport",
    "Version",
    "back_here",
    "evaluate",
    "serve_here",
    "train",
    "versions",
]
