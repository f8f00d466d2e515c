"""What tests of whole runs share."""

import pytest
import torch

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
    """A data root with Market-1501 of four training identities, drawn."""
    folder = tmp_path_factory.mktemp("data")
    synthesize("market1501", folder, identities=4, say=lambda _: None)
    return folder
