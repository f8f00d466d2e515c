import errno
import json
import resource
from contextlib import contextmanager
from pathlib import Path

import pytest
import torch

from apnet.errors import InputError
from apnet.models.weights import write_weights
from apnet.records.schema import Epoch
from apnet.training import checkpoint
from apnet.training.history import History


def test_the_newest_two_are_kept_and_the_newest_is_read(tmp_path):
    for step in (5, 10, 15):
        checkpoint.save(tmp_path, step, {"step": step, "model": {"w": torch.full((2,), step)}})
    assert len(list(tmp_path.iterdir())) == 2
    assert checkpoint.load_newest(tmp_path, print)["step"] == 15


def test_a_damaged_checkpoint_gives_way_to_the_one_before_and_is_named(tmp_path):
    checkpoint.save(tmp_path, 5, {"step": 5})
    newest = checkpoint.save(tmp_path, 10, {"step": 10})
    newest.write_bytes(newest.read_bytes()[:-7])
    said = []
    assert checkpoint.load_newest(tmp_path, said.append)["step"] == 5
    assert len(said) == 1 and newest.name in said[0]
    assert said[0].endswith("is damaged; trying the one before it")


def test_where_all_checkpoints_are_damaged_the_last_is_said_to_be_the_last(tmp_path):
    for step in (5, 10):
        file = checkpoint.save(tmp_path, step, {"step": step})
        file.write_bytes(file.read_bytes()[:-7])
    said = []
    assert checkpoint.load_newest(tmp_path, said.append) is None
    newer, older = said
    assert "step-00000010" in newer and newer.endswith("trying the one before it")
    assert "step-00000005" in older
    assert older.endswith("is damaged; none is left: starting from the beginning")


def test_a_folder_that_cannot_be_read_is_no_folder_without_checkpoints(tmp_path, monkeypatch):
    checkpoint.save(tmp_path, 5, {"step": 5})

    def closed(*_):
        raise PermissionError(errno.EACCES, "Permission denied")

    # Whatever lists it: root may read every folder.
    for name in ("listdir", "scandir"):
        monkeypatch.setattr(f"os.{name}", closed)
    message = (
        r"cannot read the checkpoints in .* \(Permission denied\): make it readable, or delete"
    )
    for act in (
        lambda: checkpoint.load_newest(tmp_path, print),
        lambda: checkpoint.save(tmp_path, 10, {"step": 10}),
    ):
        with pytest.raises(InputError, match=message):
            act()


def test_what_a_killed_process_left_goes_with_the_next_checkpoint(tmp_path):
    for name in ("unnamed.pt", ".unnamed.pt.k1ll3d", "notes.txt"):
        (tmp_path / name).write_text("")
    saved = checkpoint.save(tmp_path, 5, {"step": 5})
    assert {file.name for file in tmp_path.iterdir()} == {saved.name, "notes.txt"}


def test_no_checkpoint_is_none(tmp_path):
    assert checkpoint.load_newest(tmp_path / "absent", print) is None


OWN, OTHER = "a" * 12, "b" * 12
"""Names of trainings."""


def epoch(number, loss=1.0):
    losses = {"lr": 1e-3, "loss": loss, "identity_loss": 0.5, "triplet_loss": 0.5}
    return Epoch(epoch=number, step=2 * number, **losses, seconds=1.0, images_per_second=1.0)


def line(number, **more):
    return json.dumps(epoch(number).content() | more)


def begun(file, training=OWN):
    return History(file, file.parent / "checkpoints" / training)


def test_each_training_in_a_folder_has_a_history_of_its_own(tmp_path):
    file = tmp_path / "history.jsonl"

    def epochs(training):
        history = begun(file, training)
        lines = file.read_text().splitlines() if file.exists() else []
        return history, [json.loads(line)["epoch"] for line in lines]

    for training in (OWN, OTHER):
        (tmp_path / "checkpoints" / training).mkdir(parents=True)
    history, _ = epochs(OWN)
    history.append(epoch(1))
    history, found = epochs(OTHER)
    assert found == []
    # Killed, or met a full disk, in its first line.
    for cut in (b"", b'{"epoch": 1, "tr'):
        file.write_bytes(cut)
        assert epochs(OWN)[1] == [1]
        history, found = epochs(OTHER)
        assert found == []
    history.append(epoch(1))
    history.append(epoch(2))
    assert [epochs(name)[1] for name in (OWN, OTHER, OTHER)] == [[1], [1, 2], [1, 2]]
    # Nothing of the last one is left that could go on.
    (tmp_path / "checkpoints" / OTHER).rmdir()
    assert epochs(OWN)[1] == [1] and epochs(OTHER)[1] == []


@pytest.mark.parametrize("owner", ["", ".", "../x", "a\0"])
def test_an_owner_that_is_no_training_is_nobody(tmp_path, owner):
    file = tmp_path / "history.jsonl"
    file.write_text(f"{line(1, training=owner)}\n")
    begun(file).append(epoch(2))
    assert [json.loads(line)["epoch"] for line in file.read_text().splitlines()] == [1, 2]


def test_an_epoch_stands_once_however_often_it_is_trained(tmp_path):
    file = tmp_path / "history.jsonl"
    for _ in range(2):
        history = begun(file)
        for number in (1, 2):
            history.append(epoch(number))
    assert [json.loads(line)["epoch"] for line in file.read_text().splitlines()] == [1, 2]


def test_a_line_that_a_kill_cut_short_is_taken_back(tmp_path):
    file = tmp_path / "history.jsonl"
    begun(file).append(epoch(1, loss=2.0))
    whole = file.read_bytes()
    for cut in (b'{"epoch": 2, "lo', line(2).encode()):
        file.write_bytes(whole + cut)
        begun(file).append(epoch(2, loss=1.0))
        assert [json.loads(line)["loss"] for line in file.read_text().splitlines()] == [2.0, 1.0]


@pytest.mark.parametrize(
    "bad", ["epoch", '{"loss": 1}', "[1]", "\0\0\0", line(2, epoch="x"), line(2, training=None)]
)
def test_a_whole_line_that_is_damaged_is_one_sentence_and_stays(tmp_path, bad):
    file = tmp_path / "history.jsonl"
    file.write_text(f"{line(1)}\n{bad}\n{line(3)}\n")
    before = file.read_bytes()
    with pytest.raises(InputError, match=r"history\.jsonl: line 2 is damaged.*delete") as refusal:
        begun(file)
    assert "\n" not in str(refusal.value) and file.read_bytes() == before


def test_a_history_that_cannot_be_touched_is_one_sentence(tmp_path):
    file = tmp_path / "history.jsonl"
    file.mkdir()
    with pytest.raises(InputError, match=r"cannot write .*history\.jsonl: Is a directory"):
        begun(file)
    history = begun(tmp_path / "other.jsonl")
    history.file.mkdir()
    for act in (history.restart, lambda: history.append(epoch(1))):
        with pytest.raises(InputError, match=r"cannot write .*other\.jsonl"):
            act()


def test_a_checkpoint_that_cannot_be_read_gives_way_too(tmp_path):
    checkpoint.save(tmp_path, 5, {"step": 5})
    (tmp_path / "step-00000010-0123456789ab.pt").mkdir()
    said = []
    assert checkpoint.load_newest(tmp_path, said.append)["step"] == 5
    assert len(said) == 1 and "step-00000010" in said[0]


def test_a_checkpoint_that_cannot_take_its_name_is_one_sentence(tmp_path, monkeypatch):
    checkpoint.save(tmp_path, 5, {"step": 5})

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("apnet.training.checkpoint.sha256", full)
    with pytest.raises(InputError, match=r"a checkpoint to .*: No space left on device"):
        checkpoint.save(tmp_path, 10, {"step": 10})


@contextmanager
def full_after(size):
    """No file can grow beyond `size` bytes, as on a disk that is full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_is_one_sentence_and_the_checkpoint_before_stays(tmp_path):
    checkpoint.save(tmp_path, 5, {"step": 5})
    with full_after(50_000), pytest.raises(InputError, match="cannot write a checkpoint to") as e:
        checkpoint.save(tmp_path, 10, {"step": 10, "w": torch.zeros(100_000)})
    # The system's reason, not what torch says of its archive.
    assert str(e.value).endswith(f"{tmp_path} (File too large): make room there")
    assert [file.name[:13] for file in tmp_path.iterdir()] == ["step-00000005"]


@pytest.mark.parametrize("size", [10, 100_000], ids=["buffered", "at once"])
def test_a_full_disk_is_called_that(tmp_path, monkeypatch, size):
    @contextmanager
    def full(_):
        yield Path("/dev/full")

    monkeypatch.setattr("apnet.training.checkpoint.replaced", full)
    message = r"a checkpoint to .* \(No space left on device\): make room there$"
    with pytest.raises(InputError, match=message):
        checkpoint.save(tmp_path, 10, {"w": torch.zeros(size)})


def test_other_faults_have_the_words_of_torch(tmp_path, monkeypatch):
    def broken(*_):
        raise RuntimeError("no archive today\nC++ frames")

    monkeypatch.setattr("torch.save", broken)
    with pytest.raises(InputError, match=r"a checkpoint to .* \(no archive today\): make room"):
        checkpoint.save(tmp_path, 10, {"step": 10})


def test_a_full_disk_leaves_no_half_of_the_weights_and_the_history_whole(tmp_path):
    with full_after(50_000), pytest.raises(InputError, match=r"cannot write .*model\.safetensors"):
        write_weights(tmp_path / "model.safetensors", {"w": torch.zeros(100_000)})
    assert list(tmp_path.iterdir()) == []
    history = begun(tmp_path / "history.jsonl")
    history.append(epoch(1))
    with full_after(20), pytest.raises(InputError, match=r"cannot write .*history\.jsonl"):
        history.append(epoch(2))
    begun(tmp_path / "history.jsonl").append(epoch(2))
    lines = (tmp_path / "history.jsonl").read_text().splitlines()
    assert [json.loads(line)["epoch"] for line in lines] == [1, 2]


def test_a_place_that_is_no_folder_is_one_sentence(tmp_path):
    (tmp_path / "checkpoints").write_text("")
    for act in (
        lambda: checkpoint.load_newest(tmp_path / "checkpoints", print),
        lambda: checkpoint.save(tmp_path / "checkpoints", 1, {"step": 1}),
    ):
        with pytest.raises(InputError, match=r"checkpoints in .*checkpoints \(Not a directory\)"):
            act()
