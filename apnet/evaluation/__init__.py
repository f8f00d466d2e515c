"""Evaluation: features to mAP and CMC, images to features, runs to records."""

from apnet.lazy import exports

__getattr__, __all__ = exports(
    __name__, {"RetrievalResult": "retrieval", "evaluate_retrieval": "retrieval"}
)
