"""The values that a recipe's settings can have, each as its type."""

import math
from collections.abc import Mapping
from dataclasses import fields, replace
from typing import TypeVar, get_args

from apnet.errors import InputError, one_of

_Recipe = TypeVar("_Recipe")

_FROM_1 = {"height", "width", "identities", "instances", "steps_per_epoch"}
_SHARES = {"gamma", "smoothing", "flip", "erasing", "erasing_area", "batchnorm_momentum"}
_ANY = {"erasing_value"}
"""Ranges of numbers: these from 1, in 0 to 1, and any; all others from 0."""

_SWITCH = ("auto", True, False)
CHOICES = {
    "backbone_size": ("full", "thin"),
    "epoch_unit": ("image", "identity"),
    "precision": ("float32", "bfloat16", "auto"),
    "channels_last": _SWITCH,
    "fused": _SWITCH,
    "compile": _SWITCH,
}


def with_settings(recipe: _Recipe, settings: Mapping[str, object]) -> _Recipe:
    """`recipe`, an :class:`apnet.config.recipes.Recipe`, with some settings changed.

    Raises:
        InputError: an unknown setting, or a value that it cannot have.
    """
    if not settings:
        return recipe
    known = {field.name: field.type for field in fields(recipe) if field.name != "name"}
    changes = {}
    for key, value in settings.items():
        if key not in known:
            raise one_of("recipe setting", key, tuple(known))
        changes[key] = _as_type(key, value, known[key])
    return replace(recipe, **changes)


def _as_type(key: str, value: object, wanted: object) -> object:
    """`value` as the setting's type, so that 2, "2" and 2.0 make the same run."""
    if key in CHOICES:
        _check_choice(key, value)
        return value
    shown = wanted.__name__ if isinstance(wanted, type) else str(wanted)
    wrong = InputError(f"recipe setting {key} wants a value of type {shown}, not {value!r}")
    if shown == "bool":
        if not isinstance(value, bool):
            raise wrong
        return value
    if shown.startswith("tuple"):
        if not isinstance(value, list | tuple):
            raise wrong
        kinds = get_args(wanted)
        if ... not in kinds and len(value) != len(kinds):
            raise wrong
        return tuple(_as_type(key, item, kinds[0]) for item in value)
    if value is None and "None" in shown:
        return None
    try:
        number = float("" if isinstance(value, bool) else value)
    except (TypeError, ValueError):
        raise wrong from None
    if "int" in shown and not number.is_integer():
        raise wrong
    _check_range(key, number)
    return int(number) if "int" in shown else number


def _check_choice(key: str, value: object) -> None:
    # By type too, since 1 equals true.
    if (type(value), value) not in [(type(choice), choice) for choice in CHOICES[key]]:
        known = tuple(str(choice).lower() for choice in CHOICES[key])
        raise one_of(f"value of the recipe setting {key}", value, known)


def _check_range(key: str, number: float) -> None:
    least = -math.inf if key in _ANY else float(key in _FROM_1)
    most = 1.0 if key in _SHARES else math.inf
    if not (math.isfinite(number) and least <= number <= most):
        wanted = "any number" if key in _ANY else f"a number from {least:g}"
        wanted += " to 1" if key in _SHARES else ""
        raise InputError(f"recipe setting {key} wants {wanted}, not {number:g}")
