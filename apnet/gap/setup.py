"""The set-up of an evaluation, fact by fact, as its record has it: what may explain its numbers."""

from collections.abc import Mapping

from apnet.config.former import SWITCHES, recorded
from apnet.config.readings import READINGS, Reading, get_reading
from apnet.config.settings import NUMERICS, current_settings
from apnet.data.registry import switches_of

Content = Mapping[str, object]

READING = "reading"
"""Stands for all switches at once: the paper as `written`, or the code as `released`."""

_FROM_SETTINGS = ("flip", "feature", "distractors", "switches")
"""Keys of `protocol` that a setting or a switch decides."""


def setup(evaluation: Content) -> dict[str, object]:
    """Every fact that decides the numbers of an evaluation but its seed, by name.

    Args:
        evaluation: the content of a valid record.

    Returns:
        Switches and settings under their own names; beside them `model`, the data, the
        protocol, where the weights come from and the code.
    """
    training, protocol = evaluation["training"], evaluation["protocol"]
    settings = current_settings(training["settings"])
    facts = {key: value for key, value in settings.items() if key not in ("name", *NUMERICS)}
    facts |= {key: value for key, value in protocol.items() if key not in _FROM_SETTINGS}
    facts |= switches(evaluation)
    return facts | {
        "model": evaluation["model"],
        "training_set": evaluation["training_set"],
        "test_set": evaluation["dataset"],
        "training_data": training["data"]["fingerprint"],
        "test_data": evaluation["data"]["fingerprint"],
        "provenance": training["provenance"],
        "training_code": training["code_fingerprint"],
        "evaluation_code": evaluation["code_fingerprint"],
    }


def switches(evaluation: Content) -> dict[str, object]:
    """The switches of the method and of both datasets; what no record lists is as usual."""
    usual = of_reading(READINGS[evaluation["reading"]], evaluation)
    listed = recorded(evaluation["training"]["switches"], SWITCHES)
    listed |= evaluation["protocol"].get("switches", {})
    return usual | {key: value for key, value in listed.items() if key in usual}


def of_reading(reading: Reading, evaluation: Content) -> dict[str, object]:
    """The switches of a reading, for the datasets of an evaluation."""
    return reading.switches(evaluation["training_set"], evaluation["dataset"])


def differing(one: Content, other: Content) -> frozenset[str]:
    """The facts in which two evaluations differ, without those that follow from another.

    A switch of a dataset decides which of its images are used. Two readings as they are differ
    in :data:`READING` alone.
    """
    facts = setup(one), setup(other)
    names = {name for name in facts[0] | facts[1] if facts[0].get(name) != facts[1].get(name)}
    for kind, key in (("training_data", "training_set"), ("test_data", "dataset")):
        if names & {switch.name for switch in switches_of(one[key])}:
            names.discard(kind)
    usual = [of_reading(get_reading(each["reading"]), each) for each in (one, other)]
    if one["reading"] != other["reading"] and usual == [switches(one), switches(other)]:
        names = names - {*usual[0]} | {READING}
    return frozenset(names)
