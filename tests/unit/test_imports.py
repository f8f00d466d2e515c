import ast
import subprocess
import sys
from pathlib import Path

import pytest

import apnet

PACKAGE = Path(apnet.__file__).parent
FILES = sorted(PACKAGE.rglob("*.py"))


def module(file):
    """The dotted name of a file of the package."""
    parts = file.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(file):
    """What a file imports, in functions too: modules, and names that may be modules."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file} has a relative import, which these tests do not read"
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def importers(inside, of):
    """Files of the package under the room `inside` that import anything under `of`."""
    return [
        f"{module(file)} imports {name}"
        for file in FILES
        if f"{module(file)}.".startswith(f"{inside}.")
        for name in imports(file)
        if f"{name}.".startswith(f"{of}.")
    ]


def test_the_reader_of_imports_sees_them():
    assert "apnet.evaluation.measure imports apnet.models.build" in importers(
        "apnet.evaluation", "apnet"
    )
    assert "apnet.cli.commands.train imports apnet.training.run" in importers(
        "apnet.cli", "apnet.training"
    )
    assert importers("apnet.models", "torch") and importers("apnet", "click")


@pytest.mark.parametrize(
    ("inside", "of"),
    [
        ("apnet", "workflow"),
        ("apnet", "reproduction"),
        ("apnet", "paper"),
        ("apnet", "snakemake"),
        ("apnet.models", "apnet.data"),
        ("apnet.data", "apnet.models"),
        ("apnet.models", "apnet.training"),
        ("apnet.models", "apnet.evaluation"),
        ("apnet.data", "apnet.training"),
        ("apnet.data", "apnet.evaluation"),
        ("apnet.training", "apnet.evaluation"),
        ("apnet.evaluation", "apnet.training"),
        ("apnet.records", "apnet.models"),
        ("apnet.records", "apnet.data"),
        ("apnet.records", "apnet.training"),
        ("apnet.records", "apnet.evaluation"),
        ("apnet.records", "torch"),
    ],
)
def test_no_room_knows_another_that_it_must_not(inside, of):
    assert importers(inside, of) == []


def test_the_floor_stands_on_no_room():
    rooms = ("apnet.models", "apnet.data", "apnet.training", "apnet.evaluation")
    folders = (PACKAGE, PACKAGE / "config", PACKAGE / "runtime")
    # The numeric core is asked of the registries of models and datasets.
    floor = [f for f in FILES if f.parent in folders and f.stem != "numeric_core"]
    assert len(floor) > 8
    for file in floor:
        assert [name for name in imports(file) if name.startswith(rooms)] == [], module(file)


def test_torchvision_is_imported_in_one_place():
    assert {entry.split()[0] for entry in importers("apnet", "torchvision")} == {
        "apnet.runtime.torchvision_compat"
    }


def test_the_list_of_commands_loads_no_numpy():
    code = "import sys, apnet.cli; apnet.cli.main(['--help']); print('numpy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "ranks" in done.stdout and done.stdout.endswith("\nFalse\n")


def test_planning_and_the_command_line_load_no_torch():
    names = "config.names config.readings config.recipes config.settings config.stages data "
    names += "data.check fingerprint errors files cli"
    code = (
        f"import sys, apnet, {', '.join(f'apnet.{name}' for name in names.split())}\n"
        "print([name for name in ('torch', 'torchvision', 'scipy') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("[]\n", "")
