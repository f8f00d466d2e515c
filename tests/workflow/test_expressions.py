"""Expressions, fuzzed: whatever is written is worked out as fractions are, or refused."""

import operator
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from reproduction.claims.evaluate import evaluate
from reproduction.claims.expressions import LONGEST, Slip, parse

SIGNS = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv}
ORDER = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}

numbers = st.decimals(0, 999, places=2).map(lambda value: (str(value), Fraction(str(value))))


def bracketed(sides):
    """Text and value of two numbers with a sign between; None where it divides by zero."""
    (left, a), sign, (right, b) = sides
    value = None if None in (a, b) or (sign == "/" and b == 0) else SIGNS[sign](a, b)
    return f"({left} {sign} {right})", value


def joined(inner):
    return st.tuples(inner, st.sampled_from("+-*/"), inner).map(bracketed)


sums = st.recursive(numbers, joined, max_leaves=6)


@settings(max_examples=50, deadline=None)
@given(sums, st.sampled_from(list(ORDER)), sums)
def test_brackets_are_worked_out_as_fractions(left, sign, right):
    text, sides = f"{left[0]} {sign} {right[0]}", (left[1], right[1])
    try:
        value = evaluate(parse(text), None)
    except Slip as slip:
        assert len(text) > LONGEST or (None in sides and str(slip) == "divides by zero")
    else:
        assert value == ORDER[sign](*sides)


@settings(max_examples=50, deadline=None)
@given(numbers, st.lists(st.tuples(st.sampled_from("+-*"), numbers), max_size=8))
def test_signs_bind_as_in_arithmetic(first, more):
    """A product is taken together first, and what binds alike from the left."""
    text, terms = first[0], [("+", first[1])]
    for sign, (word, value) in more:
        text += f" {sign} {word}"
        if sign == "*":
            terms[-1] = (terms[-1][0], terms[-1][1] * value)
        else:
            terms.append((sign, value))
    total = sum(value if sign == "+" else -value for sign, value in terms)
    assert evaluate(parse(f"{text} > 0").left, None) == total


WORDS = [*"[]*,<-+/()1", "table2", "a, b, c", "..", "except", "all(", "max(", "count(", "=="]
WORDS += ["2.7", "__import__", "'x'", "lambda:", "\n", "é", "0x1", "1e9"]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(WORDS), max_size=30).map(" ".join) | st.text(max_size=80))
def test_any_text_is_parsed_or_refused_in_a_sentence(text):
    try:
        parse(text)
    except Slip as slip:
        assert str(slip) and "\n" not in str(slip)
