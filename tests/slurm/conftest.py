import importlib.util
import shutil
import signal
import tempfile
from pathlib import Path

import pytest

from tests.slurm.cluster import Cluster, missing
from tests.slurm.submitting import CONFIG, TARGETS, numbers
from tests.workflow.conftest import Snakemake


@pytest.fixture(scope="session")
def cluster():
    """A running cluster, which is stopped in any case; skipped where there can be none."""
    if not importlib.util.find_spec("snakemake_executor_plugin_slurm"):
        pytest.skip("needs the extra [cluster]")
    if reason := missing():
        pytest.skip(reason)
    # Munge takes no socket below a folder that others cannot enter, as pytest's are.
    folder = Path(tempfile.mkdtemp(prefix="apnet-slurm-"))
    folder.chmod(0o755)
    cluster = Cluster(folder)
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
