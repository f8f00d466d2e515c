"""Evaluation: features to mAP and CMC, images to features, runs to records."""

from apnet.evaluation.retrieval import RetrievalResult, evaluate_retrieval

__all__ = ["RetrievalResult", "evaluate_retrieval"]
