"""The trainer's work: learn, judge, let a version serve, roll back. Called by the command line."""

from monitor.training.evaluate import EvaluationReport, evaluate
from monitor.training.train import TrainReport, train
from monitor.training.versions import Version, promote, rollback, versions

__all__ = [
    "EvaluationReport",
    "TrainReport",
    "Version",
    "evaluate",
    "promote",
    "rollback",
    "train",
    "versions",
]
