import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from apnet.evaluation.equal_rows import equal_rows


def naive(features):
    repeats, first = [], []
    for row in range(len(features)):
        equal = [before for before in range(row) if (features[before] == features[row]).all()]
        if equal:
            repeats.append(row)
            first.append(equal[0])
    return repeats, first


@settings(max_examples=50, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    rows=st.integers(1, 40),
    columns=st.sampled_from([1, 2, 15, 16, 17, 65]),
    levels=st.integers(1, 3),
    kind=st.sampled_from([torch.float32, torch.float64]),
)
def test_finds_the_rows_that_a_comparison_of_all_finds(seed, rows, columns, levels, kind):
    random = np.random.default_rng(seed)
    # Minus as often as plus, zeros too.
    few = random.choice([-1.0, 1.0], (5, columns)) * random.integers(0, levels, (5, columns))
    features = torch.from_numpy(few[random.integers(0, 5, rows)]).to(kind)
    repeats, first = equal_rows(features)
    assert (repeats.tolist(), first.tolist()) == naive(features)


def test_rows_that_agree_where_they_are_sampled_are_compared_in_full():
    features = torch.zeros(6, 1000)
    # Columns 0, 63, 126 … are sampled; these are between them.
    features[1, 17] = features[4, 17] = 1
    features[2, 999] = 1
    repeats, first = equal_rows(features)
    assert (repeats.tolist(), first.tolist()) == ([3, 4, 5], [0, 1, 0])


@pytest.mark.parametrize("column", [0, 1])
def test_a_negative_zero_is_a_zero(column):
    features = torch.zeros(2, 128)
    features[1, column] = -0.0
    assert equal_rows(features)[0].tolist() == [1]
