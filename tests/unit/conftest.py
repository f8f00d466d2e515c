"""What tests of whole runs share."""

import ours
import pytest
import release
import runs
import tiny
import torch
from fabricated import fabricate

from apnet.cli import main
from apnet.data.synthetic import synthesize


@pytest.fixture(scope="module")
def one_thread():
    """Runs set the number of threads; give it back."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """A data root with Market-1501, drawn."""
    folder = tmp_path_factory.mktemp("data")
    synthesize("market1501", folder, identities=runs.TRAINED, log=lambda _: None)
    return folder


@pytest.fixture(scope="module")
def msmt17(root):
    """MSMT17 in the same data root."""
    synthesize("msmt17", root, identities=runs.TRAINED, log=lambda _: None)


@pytest.fixture(scope="module")
def trained(root, tmp_path_factory):
    """A run whose features tell people apart."""
    folder = tmp_path_factory.mktemp("trained") / "run"
    runs.run(folder, root, runs.settings(epochs=1, steps_per_epoch=runs.STEPS))
    return folder


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    """Another of two identities, drawn by the command."""
    root = tmp_path_factory.mktemp("drawn")
    assert main(["data", "synthesize", "market1501", str(root), "--identities", "2"]) == 0
    return root


@pytest.fixture
def market(tmp_path):
    """Market-1501 of a few rectangles."""
    return tiny.write(tmp_path / "market1501", tiny.MARKET)


@pytest.fixture
def scale(tmp_path):
    """Fabricated results of two seeds."""
    for seed in (0, 1):
        fabricate(tmp_path, seed)
    return tmp_path


@pytest.fixture(scope="module")
def whole(root, tmp_path_factory):
    """A run that nothing disturbed."""
    folder = tmp_path_factory.mktemp("whole") / "run"
    runs.run(folder, root)
    return folder


@pytest.fixture(scope="module")
def checkpoint():
    """Checkpoints of the release by level; take copies to change them."""
    made = {}

    def of(level):
        if level not in made:
            made[level] = release.checkpoint(level, ours.CLASSES)
        return dict(made[level])

    return of
