"""Files given by --configfile: read as data, and refused in one sentence."""

import json
from contextlib import nullcontext

import pytest
import yaml
from snakemake.common import configfile

from apnet.errors import InputError
from reproduction.errors import InputError as PaperError
from tests.workflow.conftest import ROOT
from workflow.lib.given import check_files, check_options

PYTHON = '__use_yte__: true\n__definitions__: [\'open("{}", "w")\']\nscale: mine\n'


@pytest.fixture
def reader(monkeypatch):
    """Snakemake's, as a profile has it."""
    monkeypatch.setattr(configfile, "_load_configfile", configfile._load_configfile)
    profile = yaml.safe_load((ROOT / "profiles" / "default" / "config.yaml").read_text())
    for definition in profile["__definitions__"]:
        exec(definition, {})
    return configfile.load_configfile


def test_every_profile_has_the_same_reader():
    files = ROOT.glob("profiles/*/config.yaml")
    readers = [yaml.safe_load(file.read_text())["__definitions__"] for file in files]
    assert len(readers) == 3 and readers[0] == readers[1] == readers[2]


@pytest.mark.parametrize(
    "content",
    [
        b"scale: " + b"[" * 5000,
        b"scale: " + b"{a: " * 3000 + b"1" + b"}" * 3000,
        b'{"scale": ' + b"[" * 100_000,
        b"threads: " + b"9" * 5000,
        bytes(range(256)),
        "scale: smoke".encode("utf-16"),
        b"set:\n\tepochs: 3",
        b"scale: !!bool x",
        b"scale: 2001-99-99",
        b"scale: !!python/object/apply:os.getcwd []",
        b"a: 1\n---\nb: 2",
        b"- a",
        b"",
        None,
    ],
    ids=range(14),
)
def test_what_is_no_config_is_refused(tmp_path, reader, capsys, content):
    path = tmp_path / "config.yaml"
    path.mkdir() if content is None else path.write_bytes(content)
    with pytest.raises(SystemExit) as ended:
        reader(path)
    words = capsys.readouterr().err
    assert ended.value.code == 2 and str(path) in words
    assert words.count("\n") == 1 and len(words) < 1000


def test_a_config_is_read_as_it_stands(tmp_path, reader):
    path = tmp_path / "config"
    content = {"scale": "ü", "set": {"lr": 0.5}, "seeds": [0, 1]}
    for text in (yaml.safe_dump(content), "\ufeff" + yaml.safe_dump(content)):
        path.write_text(text)
        assert reader(path) == content
    path.write_text(json.dumps(content, indent="\t"))
    assert reader(path) == content
    check_files([path])


def test_python_that_ran_is_called_so(tmp_path, reader, monkeypatch):
    (tmp_path / "theirs.yaml").write_text(PYTHON)
    with pytest.raises(InputError) as asked:
        check_files([tmp_path / "theirs.yaml"])
    assert "it ran" not in str(asked.value)
    monkeypatch.undo()
    with pytest.raises(InputError, match="it ran, since this call's profile lacks the reader"):
        check_files([tmp_path / "theirs.yaml"])


def test_python_in_a_config_is_not_run(snakemake, tmp_path):
    (tmp_path / "theirs.yaml").write_text(PYTHON.format(tmp_path / "made"))
    done = snakemake("all", options=["--configfile", str(tmp_path / "theirs.yaml")], check=False)
    assert done.returncode == 2 and "asks for Python" in done.stderr
    assert not (tmp_path / "made").exists()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("seeds: [0]\nseeds: [1]", "'seeds' is given twice"),
        ("runtime: 1:30", "would be read as 90"),
        (PYTHON, "asks for Python"),
        ('{"set": {"lr": 1,\n"lr": 2}}', "'lr' is given twice"),
    ],
)
def test_a_config_says_what_is_taken(tmp_path, text, words):
    (tmp_path / "config.yaml").write_text(text)
    with pytest.raises((InputError, PaperError), match=words):
        check_files([tmp_path / "config.yaml"])


@pytest.mark.parametrize(
    ("words", "refused"),
    [
        ("--config seeds=[0] --cores 2 --config gpu=0 --", "--config is given twice"),
        ("-C seeds=[0] --config=gpu=0", "--config is given twice"),
        ("--configfile a.yaml --configfiles=b.yaml", "--configfile is given twice"),
        ("--config a=0 b=1 --configfile a.yaml b.yaml -- --config --config", None),
    ],
)
def test_an_option_that_replaces_another_is_refused(words, refused):
    """Snakemake would take the last one alone: of two seeds one, of two files the second."""
    with pytest.raises(InputError, match=refused) if refused else nullcontext():
        check_options(words.split(), ())


@pytest.mark.parametrize("value", ["{a: 1, b: 2, a: 3}", "[0, {b: {a: 1, a: 1}}]"])
def test_a_value_of_the_command_line_says_a_key_once(value):
    with pytest.raises(InputError, match="--config set: the key 'a' is given twice"):
        check_options([], [f"set={value}"])
    check_options([], ["set=&a [*a, {a: *a}]", "seeds=[0", "name=x", "lr="])
