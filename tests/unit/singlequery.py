"""The single-query protocol one query and one image at a time, and problems to try it on."""

import numpy as np

from apnet.cli import main

NAMES = ("query_features", "gallery_features", "query_ids", "gallery_ids")
NAMES += ("query_cameras", "gallery_cameras")
PROBLEM = {
    "query_features": np.array([[1.0, 0.0], [0.0, 1.0]]),
    "query_ids": np.array([3, 4]),
    "query_cameras": np.array([1, 1]),
    # The junk image is nearest to both queries; identity 0 is an ordinary one.
    "gallery_features": np.array([[1.0, 1.0], [1.0, 0.1], [0.9, 0.3], [0.1, 1.0], [0.5, 0.6]]),
    "gallery_ids": np.array([-1, 0, 3, 4, 4]),
    "gallery_cameras": np.array([2, 2, 2, 2, 2]),
}
SHORT = {
    "query_features": "query_f",
    "query_ids": "query_label",
    "query_cameras": "query_cam",
    "gallery_features": "gallery_f",
    "gallery_ids": "gallery_label",
    "gallery_cameras": "gallery_cam",
}
IN_MAT = {SHORT[name]: array for name, array in PROBLEM.items()}
"""The same under the names that repositories use in a `.mat`."""


def naive(query, gallery, query_ids, gallery_ids, query_cameras, gallery_cameras, distance):
    """Average precision (NaN) and rank of the first match (0) of each query, in float64."""
    precisions, firsts = [], []
    for q in range(len(query)):
        ranked = []
        for g in range(len(gallery)):
            if gallery_ids[g] == query_ids[q] and gallery_cameras[g] == query_cameras[q]:
                continue
            a, b = query[q].astype(np.float64), gallery[g].astype(np.float64)
            if distance == "cosine":
                value = -float(np.dot(a, b) / np.linalg.norm(a) / np.linalg.norm(b))
            else:
                value = float(np.square(a - b).sum())
            # Rounded, since here too the last bit is no difference.
            ranked.append((round(value, 9), g, gallery_ids[g] == query_ids[q]))
        ranked.sort()
        hits = [rank for rank, (_, _, match) in enumerate(ranked, start=1) if match]
        firsts.append(hits[0] if hits else 0)
        if hits:
            precisions.append(sum(k / rank for k, rank in enumerate(hits, start=1)) / len(hits))
        else:
            precisions.append(float("nan"))
    return np.array(precisions), np.array(firsts)


def problem(seed=0, q=20, g=60, d=8, people=6, cameras=3, levels=None):
    """What an evaluation is given, at random; with `levels`, features of few whole numbers."""
    random = np.random.default_rng(seed)
    shape = [(q, d), (g, d)]
    if levels is None:
        features = [random.normal(size=size) for size in shape]
    else:  # few values: many ties
        features = [random.integers(1, levels + 1, size=size).astype(float) for size in shape]
    ids = [random.integers(0, people, n) for n in (q, g)]
    seen = [random.integers(1, cameras + 1, n) for n in (q, g)]
    return (*features, *ids, *seen)


def refused(capsys, file, named, *options):
    """`apnet score` says one sentence that names the file."""
    assert main(["score", str(file), *options]) == 2
    said = capsys.readouterr().err
    assert named in said and file.name in said and said.count("\n") == 1
