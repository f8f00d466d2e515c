import numpy as np
import pytest
import torch
from singlequery import NAMES, problem

from apnet.evaluation import evaluate_retrieval


def changed(**changes):
    return dict(zip(NAMES, problem(), strict=True)) | changes


def same(found, wanted):
    assert np.array_equal(found.average_precision, wanted.average_precision, equal_nan=True)
    assert np.array_equal(found.first_match_rank, wanted.first_match_rank)


WHOLE = dict(zip(NAMES, problem(4, levels=5), strict=True))


@pytest.mark.parametrize(
    "kind",
    ["float16", "bfloat16", "float32", "float64", "uint8", "int8", "int16", "int32", "int64"],
)
def test_features_of_any_type(kind):
    wanted = evaluate_retrieval(**WHOLE, distance="euclidean")
    features = {n: torch.from_numpy(WHOLE[n]).to(getattr(torch, kind)) for n in NAMES[:2]}
    same(evaluate_retrieval(**WHOLE | features, distance="euclidean"), wanted)
    one = {NAMES[0]: features[NAMES[0]]}
    same(evaluate_retrieval(**WHOLE | one, distance="euclidean"), wanted)


@pytest.mark.parametrize("kind", ["float16", ">f4", "<f8", "longdouble", "uint16", ">i8", "bool"])
def test_arrays_of_any_type(kind):
    numbers = WHOLE | {n: WHOLE[n] > 2 for n in NAMES[:2]} if kind == "bool" else WHOLE
    as_float = {n: numbers[n].astype(float) for n in NAMES[:2]}
    wanted = evaluate_retrieval(**numbers | as_float, distance="euclidean")
    features = {n: numbers[n].astype(kind) for n in NAMES[:2]}
    same(evaluate_retrieval(**numbers | features, distance="euclidean"), wanted)


@pytest.mark.parametrize("given", [np.array, torch.tensor])
def test_whole_numbers_are_not_rounded(given):
    far = 2**24
    problem = changed(
        query_features=given([[0, 1]]),
        gallery_features=given([[far + 1, 0], [far, 0]]),
        query_ids=[1],
        gallery_ids=[2, 1],
        query_cameras=[1],
        gallery_cameras=[2, 2],
    )
    assert evaluate_retrieval(**problem, distance="euclidean").mAP == 1.0


def as_read_only(array):
    array = array.copy()
    array.flags.writeable = False
    return array


@pytest.mark.parametrize(
    "lay",
    [
        np.asfortranarray,
        lambda array: array[::-1][::-1],
        lambda array: np.repeat(array, 2, axis=1)[:, ::2],
        lambda array: array[:, ::-1][:, ::-1].tolist(),
        as_read_only,
        lambda array: torch.from_numpy(array).t().contiguous().t(),
        lambda array: torch.from_numpy(array).requires_grad_(),
    ],
)
@pytest.mark.filterwarnings("error")
def test_features_in_any_layout(lay):
    wanted = evaluate_retrieval(**changed())
    features = {name: lay(changed()[name]) for name in NAMES[:2]}
    same(evaluate_retrieval(**changed(**features)), wanted)


def test_takes_tensors_of_everything():
    tensors = {name: torch.from_numpy(array) for name, array in changed().items()}
    same(evaluate_retrieval(**tensors), evaluate_retrieval(**changed()))


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("name", ["query", "gallery"])
@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_features_that_are_not_finite_are_named_by_row(kind, name, value):
    features = changed()[f"{name}_features"].astype(kind)
    features[4, 2] = value
    features[1] = 0
    with pytest.raises(ValueError, match=f"{name} features are not finite in row 4"):
        evaluate_retrieval(**changed(**{f"{name}_features": features}))


@pytest.mark.parametrize("value", [1e30, 1e-30])
def test_features_beyond_their_type_are_named_by_row(value):
    features = {name: changed()[name].astype(np.float32) for name in NAMES[:2]}
    features["gallery_features"][3] *= value
    with pytest.raises(ValueError, match=r"gallery features are too .* in row 3: scale"):
        evaluate_retrieval(**changed(**features))


NOT_FEATURES = {
    "text": (np.full((20, 8), "a"), "<U1: they must be real numbers"),
    "objects": (np.full((20, 8), None), "object: they must be real numbers"),
    "complex": (np.ones((20, 8), complex), "complex128: they must be real numbers"),
    "complex tensor": (torch.ones(20, 8, dtype=torch.cfloat), "complex: they must be real"),
    "one row": (np.ones(8), r"shape \(8,\): they must be a matrix"),
    "no rows": (np.ones((0, 8)), "at least one row"),
    "no columns": (np.ones((20, 0)), "at least one row and column"),
    "narrower": (np.ones((20, 4)), "query features have 4 columns, gallery features 8"),
    "elsewhere": (torch.ones(20, 8, device="meta"), "bring them to one device"),
}


@pytest.mark.parametrize("what", NOT_FEATURES)
def test_what_cannot_be_features_is_named(what):
    features, sentence = NOT_FEATURES[what]
    with pytest.raises(ValueError, match=sentence):
        evaluate_retrieval(**changed(query_features=features))


NOT_LABELS = {
    "too few": ({"gallery_ids": range(59)}, r"gallery_ids has shape \(59,\) beside 60 features"),
    "a column": ({"query_ids": np.ones((20, 1))}, r"query_ids has shape \(20, 1\)"),
    "one number": ({"query_cameras": 3}, r"query_cameras has shape \(\)"),
    "objects": ({"query_ids": [None] * 20}, "query_ids holds object: give numbers or text"),
    "dates": ({"query_ids": np.zeros(20, "M8[s]")}, "query_ids holds datetime64"),
    "NaN": ({"query_ids": [1.0, np.nan] * 10}, "query_ids is not a number in row 1"),
    "mixed": ({"query_ids": ["1"] * 20}, "query_ids are text and gallery_ids numbers"),
}


@pytest.mark.parametrize("what", NOT_LABELS)
def test_what_cannot_be_labels_is_named(what):
    changes, sentence = NOT_LABELS[what]
    with pytest.raises(ValueError, match=sentence):
        evaluate_retrieval(**changed(**changes))


def test_an_empty_gallery_and_an_empty_query_set_are_named():
    for name in ("query", "gallery"):
        empty = {f"{name}_features": np.ones((0, 8)), f"{name}_ids": [], f"{name}_cameras": []}
        with pytest.raises(ValueError, match=f"{name} features have shape .* at least one row"):
            evaluate_retrieval(**changed(**empty))


def test_options_that_do_not_exist_are_named():
    with pytest.raises(ValueError, match="cosine, euclidean"):
        evaluate_retrieval(**changed(), distance="manhattan")
    with pytest.raises(ValueError, match="memory_mb is 0 or more, not -1"):
        evaluate_retrieval(**changed(), memory_mb=-1)
