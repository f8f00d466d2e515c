"""Evaluation: features to mAP, CMC and mINP, images to features, runs to records."""

from apnet.lazy import exports

__getattr__, __all__ = exports(
    __name__, {"RetrievalResult": "result", "evaluate_retrieval": "retrieval"}
)
