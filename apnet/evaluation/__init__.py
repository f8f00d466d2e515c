"""Evaluation: features to mAP and CMC, images to features, runs to records."""

from apnet.lazy import exports

_HOME = {
    "RetrievalResult": "retrieval",
    "evaluate_retrieval": "retrieval",
}

__getattr__, __all__ = exports(__name__, _HOME)
