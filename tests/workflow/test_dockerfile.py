"""The image takes what a run needs, and all that is named is there."""

import re
import subprocess

from tests.workflow.conftest import ROOT, copy_checkout

TAKEN = re.findall(r"^!(.*)$", (ROOT / ".dockerignore").read_text(), re.M)
LINES = (ROOT / "Dockerfile").read_text().replace("\\\n", " ").splitlines()


def test_what_is_taken_exists_and_is_what_a_run_needs(tmp_path):
    assert [name for name in TAKEN if not (ROOT / name).exists()] == []
    needed = {path.name for path in copy_checkout(tmp_path).iterdir()}
    assert needed | {"pyproject.toml", "README.md", "LICENSE", "requirements.lock"} <= {*TAKEN}


def test_what_is_copied_is_taken():
    copied = [word for line in LINES if line.startswith("COPY ") for word in line.split()[1:-1]]
    assert copied and {*copied} - {"."} <= {*TAKEN}


def test_it_installs_as_the_readme_says_and_runs_as_nobody_special():
    readme = (ROOT / "README.md").read_text()
    for words in ("install -q -r requirements.lock", "install -q --no-deps -e ."):
        assert words in readme
    text = "\n".join(LINES)
    assert "pip install -r requirements.lock" in text
    assert "pip install --no-deps --editable ." in text
    instructions = {line.split()[0] for line in LINES if re.match(r"[A-Z]+ ", line)}
    assert instructions <= {
        "FROM",
        "ARG",
        "ENV",
        "WORKDIR",
        "COPY",
        "RUN",
        "USER",
        "ENTRYPOINT",
        "CMD",
    }
    assert [line for line in LINES if line.startswith("USER ")] == ["USER 1000:1000"]


def test_what_is_left_out_is_no_change_of_the_code(tmp_path):
    """Else each run in the image would record uncommitted changes."""
    command = re.search(r"if \[ -d \.git \].*?; fi", "\n".join(LINES))[0]
    identity = "-c user.name=a -c user.email=a"
    commit = f"git init -q && touch a b && git add . && git {identity} commit -qm a && rm b"
    done = subprocess.run(
        f"{commit} && {command} && git status --porcelain", shell=True, cwd=tmp_path,
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    assert done.stdout == ""
    assert (tmp_path / "a").exists() and not (tmp_path / "b").exists()
