"""What a label is, and which mark junk and distractors: the rule of every reader."""

import numpy as np
import pytest

from apnet.data.labels import clean, clean_all, describe, first_fault, is_junk, marks

JUNK = (-1, "-1", "-001", "-1.0", "-1e0", "\N{MINUS SIGN}1", "\N{EN DASH}1")
PEOPLE = (1, 0, -2, "1", "-2", "-10", "-1a", "a-1", "--1", "0", "", "anna", "1-1")


@pytest.mark.parametrize(("labels", "junk"), [(JUNK, True), (PEOPLE, False)])
def test_junk_is_minus_one_however_it_is_written(labels, junk):
    assert {is_junk(label) for label in labels} == {junk}
    for kind in (str, int):
        array = np.array([label for label in labels if isinstance(label, kind)])
        found = marks(array[:0], array)
        assert set(found.junk) == {junk} and not found.queries.size
        assert set(marks(array, array).queries) == {junk}


@pytest.mark.parametrize("zeros", [["0", "0000", "-0", "0.0"], [0, 0, 0, 0], [0.0] * 4])
def test_zero_is_a_distractor_where_no_query_has_it(zeros):
    gallery = np.array([*zeros, type(zeros[0])(7)])
    assert marks(gallery[4:], gallery).distractors.tolist() == [True] * 4 + [False]
    assert not marks(gallery[:1], gallery).distractors.any()


@pytest.mark.parametrize(
    "text", ["  \u00fc ", "\ufeffu\u0308", "\u00a0\u00fc\r\n", "\u200b\u00fc\0"]
)
def test_of_a_text_only_what_is_seen_counts(text):
    assert clean(text) == "\u00fc"
    assert clean_all(np.array([text, "x", text])).tolist() == ["\u00fc", "x", "\u00fc"]


def test_inside_a_text_every_letter_counts():
    texts = ["7", "07", "Anna", "anna", "an na", "anna.", "7.0"]
    assert [*map(clean, texts)] == texts


def test_an_array_of_texts_keeps_its_shape():
    assert clean_all(np.array([["a ", "b"], [" a", "c"]])).tolist() == [["a", "b"], ["a", "c"]]
    assert clean_all(np.array([], dtype=str)).shape == (0,)


@pytest.mark.parametrize(
    ("labels", "fault"),
    [
        (["a", ""], "holds '' in row 1: give each image a label"),
        (["a", "b", "nan"], "holds 'nan' in row 2: give each image a label"),
        ([1, np.nan], "is not a number in row 1"),
        ([1, np.inf], "holds inf in row 1: give whole numbers or text"),
        ([1, 2.5], "holds 2.5 in row 1: give whole numbers or text"),
        (np.array([1, 2**24], "f4"), "holds 16777216 in row 1, where float32 rounds"),
        (np.array([2048, 1], "f2"), "holds 2048 in row 0, where float16 rounds"),
        (np.array([1, -1]).astype("u8"), "holds 18446744073709551615 in row 1, which is -1"),
        (np.array([-1, 1]).astype("u4"), "holds 4294967295 in row 0, which is -1 in uint32"),
    ],
)
def test_a_label_that_may_be_another_is_named(labels, fault):
    found = first_fault(np.array(labels))
    assert f"{found.what} in row {found.row}{found.remedy}".startswith(fault)


@pytest.mark.parametrize(
    "labels",
    [["a", "Nan"], [True, False], [2**62, -5], [2.0**60, -1.0], np.array([65535, 255], "u2"), []],
)
def test_other_labels_are_taken_as_they_are(labels):
    assert first_fault(np.array(labels)) is None


def test_a_gallery_is_described():
    said = describe(9, 2, 3)
    assert said == "9 gallery images, 3 of them distractors; 2 left out as junk"
    said = describe(6, 2, 3, dropped=True)
    assert said == "6 gallery images; 2 left out as junk, 3 as distractors"
