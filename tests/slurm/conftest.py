import importlib.util
import shutil
import signal
import tempfile
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.slurm.cluster import MEMORY_CGROUPS, Cluster, missing
from tests.slurm.submitting import CONFIG, TARGETS, numbers
from tests.workflow.conftest import Snakemake


@pytest.fixture(scope="session")
def cluster():
    """A running cluster, which is stopped in any case; skipped where there can be none."""
    with running() as cluster:
        yield cluster


@pytest.fixture
def limited():
    """The same, whose jobs the kernel limits in memory."""
    if not MEMORY_CGROUPS.exists():
        pytest.skip(f"needs the memory of cgroups, version 1: {MEMORY_CGROUPS}")
    with running(limited=True) as cluster:
        yield cluster


@contextmanager
def running(**choices):
    if not importlib.util.find_spec("snakemake_executor_plugin_slurm"):
        pytest.skip("needs the extra [cluster]")
    if reason := missing():
        pytest.skip(reason)
    # Munge takes no socket below a folder that others cannot enter, as pytest's are.
    folder = Path(tempfile.mkdtemp(prefix="apnet-slurm-"))
    folder.chmod(0o755)
    cluster = Cluster(folder, **choices)
    # As Ctrl-C does, have SIGTERM stop the cluster.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def locally(tmp_path_factory):
    """The results of a run without Slurm."""
    snakemake = Snakemake(tmp_path_factory.mktemp("locally"))
    snakemake(*TARGETS, config=CONFIG)
    return numbers(snakemake.folder)
