"""A cluster of this one machine: munge, slurmctld and slurmd in a folder of their own."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

DAEMONS = ("munged", "slurmctld", "slurmd")
CLIENTS = ("sbatch", "scancel", "scontrol", "squeue", "srun")

CONFIG = """
ClusterName=test
SlurmctldHost=localhost
SlurmctldPort={controller}
SlurmdPort={node}
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge/socket
StateSaveLocation={folder}/slurmctld
SlurmdSpoolDir={folder}/slurmd
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
ProctrackType=proctrack/linuxproc
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=0
{memory}
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
SchedulerParameters=sched_interval=1,bf_interval=1
SlurmdParameters=config_overrides
MpiDefault=none
SlurmdTimeout=30
ReturnToService=2
KillWait=5
GresTypes=gpu
PreemptType=preempt/partition_prio
PreemptMode=CANCEL
NodeName=localhost NodeAddr=127.0.0.1 CPUs=4 RealMemory=20000 Gres=gpu:2
PartitionName=gpu Nodes=localhost Default=YES PriorityTier=1
PartitionName=again Nodes=localhost PriorityTier=1 PreemptMode=REQUEUE
PartitionName=urgent Nodes=localhost PriorityTier=10
"""
WATCHED = "TaskPlugin=task/none\nJobAcctGatherParams=OverMemoryKill"
NO_CGROUPS = "CgroupPlugin=disabled\n"
"""From Slurm 23.11 on it has to be said; many containers have none."""

LIMITED = "TaskPlugin=task/cgroup"
CGROUPS = "CgroupPlugin=cgroup/v1\nConstrainRAMSpace=yes\nConstrainCores=no\nConstrainDevices=no\n"
MEMORY_CGROUPS = Path("/sys/fs/cgroup/memory/memory.limit_in_bytes")
GPUS = "NodeName=localhost Name=gpu File=/dev/null,/dev/zero\n"


def missing() -> str | None:
    """Why no cluster can be started here."""
    path = os.pathsep.join([os.environ["PATH"], "/usr/sbin"])
    absent = [name for name in (*DAEMONS, *CLIENTS) if not shutil.which(name, path=path)]
    if absent:
        return f"needs {', '.join(absent)}, of Debian's slurm-wlm and munge"
    if os.geteuid() != 0:
        return "needs root, as slurmd does"
    return None


class Job(NamedTuple):
    """A job as squeue lists it; its comment names rule and wildcards."""

    state: str
    memory: str
    comment: str


class Cluster:
    """Two fake GPUs. Jobs in the partition `urgent` take the place of those in others.

    Of these, jobs in `gpu`, the default, are cancelled, and those in `again` put back.

    Args:
        limited: whether the kernel ends jobs that take more memory than they asked for, by cgroups;
            otherwise slurmd does, which looks now and then.
    """

    def __init__(self, folder: Path, limited: bool = False) -> None:
        self.folder = folder
        ports = dict(zip(("controller", "node"), _free_ports(2), strict=True))
        self.config = folder / "slurm.conf"
        memory = LIMITED if limited else WATCHED
        self.config.write_text(CONFIG.format(folder=folder, memory=memory, **ports))
        (folder / "gres.conf").write_text(GPUS)
        if limited or self.version >= (23, 11):
            (folder / "cgroup.conf").write_text(CGROUPS if limited else NO_CGROUPS)
        for name in ("slurmctld", "slurmd", "munge", "bin"):
            (folder / name).mkdir()
        # The executor takes SLURM_CONF away from srun, which elsewhere finds /etc/slurm.
        srun = folder / "bin" / "srun"
        srun.write_text(f'#!/bin/sh\nSLURM_CONF={self.config} exec {shutil.which("srun")} "$@"\n')
        srun.chmod(0o755)

    @property
    def environment(self) -> dict[str, str]:
        path = os.pathsep.join([str(self.folder / "bin"), os.environ["PATH"], "/usr/sbin"])
        return {**os.environ, "PATH": path, "SLURM_CONF": str(self.config)}

    @property
    def version(self) -> tuple[int, ...]:
        """Of Slurm, such as (22, 5, 8)."""
        words = self.call("sbatch", "--version").split()
        return tuple(map(int, words[1].split(".")))

    def start(self) -> None:
        self._start_munge()
        self.call("slurmctld", "-f", str(self.config))
        self.start_node()
        self.until_node_is("idle")

    def start_node(self) -> None:
        self.call("slurmd", "-N", "localhost", "-f", str(self.config))

    def until_node_is(self, state: str) -> None:
        """Wait for what Slurm believes of it."""
        deadline = time.monotonic() + 120
        while self.call("sinfo", "--noheader", "--format=%T", "--partition=gpu") != state:
            assert time.monotonic() < deadline, (self.folder / "slurmctld.log").read_text()
            time.sleep(0.5)

    def kill_node(self, *jobs: int) -> None:
        """`kill -9` of slurmd and of all that works for these jobs."""
        processes = {number for job in jobs for number in self.processes(job)}
        processes |= {_parent(number) for number in processes}  # slurmstepd
        for number in (int((self.folder / "slurmd.pid").read_text()), *processes):
            with suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)

    def processes(self, job: int) -> list[int]:
        """All that run in it."""
        listed = self.call("scontrol", "listpids", str(job)).splitlines()[1:]
        return [number for line in listed if (number := int(line.split()[0])) > 0]

    def _start_munge(self) -> None:
        user = pwd.getpwnam("munge")
        folder = self.folder / "munge"
        key = folder / "key"
        key.write_bytes(os.urandom(128))
        key.chmod(0o400)
        for path in (folder, key):
            os.chown(path, user.pw_uid, user.pw_gid)
        folder.chmod(0o755)
        files = [f"--{name}={folder / name.partition('-')[0]}" for name in ("socket", "key-file")]
        files += [f"--{name}={folder / name}" for name in ("pid-file", "log-file", "seed-file")]
        subprocess.run(
            [shutil.which("munged", path=self.environment["PATH"]), *files],
            user=user.pw_uid, group=user.pw_gid, extra_groups=[], check=True, env=self.environment,
        )  # fmt: skip

    def stop(self) -> None:
        """Cancel all jobs, then end the daemons that have a pid file."""
        with suppress(subprocess.CalledProcessError, OSError):
            self.call("scancel", "--user=root", "--full")
            time.sleep(1)
        for name in ("slurmd.pid", "slurmctld.pid", "munge/pid-file"):
            with suppress(OSError, ValueError):
                _end(int((self.folder / name).read_text()))

    def call(self, *command: str) -> str:
        done = subprocess.run(
            command, env=self.environment, capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    def jobs(self) -> dict[int, Job]:
        """Every job by its number, in the order of submission."""
        listed = self.call("squeue", "--states=all", "--noheader", "--format=%i|%T|%m|%k")
        rows = [line.split("|") for line in listed.splitlines()]
        return dict(sorted((int(number), Job(*words)) for number, *words in rows))


def _parent(number: int) -> int:
    status = Path("/proc", str(number), "status").read_text()
    return int(status.partition("PPid:")[2].split()[0])


def _end(number: int) -> None:
    os.kill(number, signal.SIGTERM)
    deadline = time.monotonic() + 20
    with suppress(ProcessLookupError):
        while time.monotonic() < deadline:
            os.kill(number, 0)
            time.sleep(0.1)
        os.kill(number, signal.SIGKILL)


def _free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports
