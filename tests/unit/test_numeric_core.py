"""The code that fingerprints read: what a package holds, what imports name, what is refused."""

import ast

import pytest

from apnet import fingerprint
from apnet import numeric_core as core
from apnet.errors import InputError
from apnet.fingerprint import PACKAGE


def test_packages_hold_nothing_that_makes_a_number():
    """A package's own file is in no fingerprint."""
    for file in PACKAGE.rglob("__init__.py"):
        if "cli" in file.parts:
            continue
        for node in ast.parse(file.read_text()).body:
            protocol = isinstance(node, ast.ClassDef) and ast.unparse(node.bases[0]) == "Protocol"
            names = ast.unparse(node.targets[0]) if isinstance(node, ast.Assign) else ""
            assert (
                isinstance(node, (ast.Expr, ast.Import, ast.ImportFrom))
                or protocol
                or names in ("_HOME", "__all__", "__version__", "(__getattr__, __all__)")
            ), file


def test_the_numeric_core_imports_from_where_a_name_is_defined():
    jobs = (core._TRAINING, core._EVALUATION, core._COMPLEXITY, core._CHECK, core._SYNTHESIS)
    own = (*core.model_modules("resnet50-apnet-c2"), core.dataset_module("market1501"))
    for name in {name for job in jobs for name in fingerprint._closure((*job, *own), ())}:
        for node in ast.walk(fingerprint._tree(fingerprint._file(name))):
            if isinstance(node, ast.ImportFrom) and fingerprint.is_module(node.module or ""):
                if fingerprint._file(node.module).name != "__init__.py":
                    continue
                protocols = {"LevelAttention"}
                for alias in node.names:
                    module = f"{node.module}.{alias.name}"
                    assert fingerprint.is_module(module) or alias.name in protocols, (name, module)


@pytest.mark.parametrize("text", [b"def broken(:", b"x = 1\0"])
def test_a_file_that_is_not_python_is_one_sentence(tmp_path, monkeypatch, text):
    monkeypatch.setattr(fingerprint, "PACKAGE", tmp_path)
    (tmp_path / "campus.py").write_bytes(text)
    message = f"{tmp_path.name}/campus.py is not Python .*: mend the file or remove it"
    with pytest.raises(InputError, match=message):
        fingerprint._tree(tmp_path / "campus.py")
