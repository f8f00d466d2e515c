"""Files that users add to the registries, broken: a sentence each, and no harm to the others."""

import sys

import pytest

import apnet.data.datasets
from apnet.config.readings import get_reading
from apnet.data import registry
from apnet.errors import InputError

BROKEN = [
    ("X = 1", "gives no {} .* has no attribute"),
    ("def broken(:", "gives no {} .SyntaxError: invalid syntax"),
    ("import absent_package", "gives no {} .ModuleNotFoundError: No module named 'absent_package'"),
    ("1 / 0", "gives no {} .ZeroDivisionError"),
    ("{} = 5", "{} is to be"),
]


@pytest.fixture
def add(tmp_path, monkeypatch):
    """Adds a module to a package for the time of a test."""

    def add_module(package, name, text):
        (tmp_path / f"{name}.py").write_text(text)
        monkeypatch.setattr(package, "__path__", [*package.__path__, str(tmp_path)])
        monkeypatch.delitem(sys.modules, f"{package.__name__}.{name}", raising=False)

    return add_module


@pytest.mark.parametrize(("text", "message"), BROKEN)
def test_a_broken_dataset_disturbs_no_other(add, monkeypatch, text, message):
    add(apnet.data.datasets, "campus", text.format("SOURCE"))
    monkeypatch.setattr(registry, "DATASETS", ("campus", *registry.DATASETS))
    assert get_reading("written", market_distractors="drop").switches("market1501")
    assert "market1501" in registry.drawable()
    for ask in (lambda: registry.get_spec("campus"), lambda: get_reading("written", gait="slow")):
        with pytest.raises(
            InputError, match=f"apnet/data/datasets/campus.py.*{message}".format("SOURCE")
        ):
            ask()


def test_only_the_files_of_a_runs_own_dataset_are_read(add, monkeypatch):
    add(apnet.data.datasets, "campus", "raise SystemExit('read')")
    monkeypatch.setattr(registry, "DATASETS", ("campus", *registry.DATASETS))
    reading = get_reading("written", "market1501", market_distractors="drop")
    assert reading.overrides == (("market_distractors", "drop"),)


@pytest.mark.parametrize("name", ["self", "name", "datasets", "backbone"])
def test_no_switch_is_taken_for_a_parameter(name):
    with pytest.raises(InputError, match=f"unknown switch '{name}'"):
        get_reading("written", **{name: "x"})
