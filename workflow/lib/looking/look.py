"""What a look is given: the config, the checkout, and what the call says beside."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from workflow.lib.config import check_config
from workflow.lib.plan import Plan
from workflow.lib.targets import warn


@dataclass(frozen=True)
class Look:
    """What a look is given.

    Attributes:
        config: as it was read.
        root: the checkout.
        beside: the other targets of the call, such as reports that are to be planned.
        devices: jobs that the call would run at once.
        cluster: whether it would send them to a cluster.
        unlock: the command that removes the lock on the folder.
    """

    config: dict
    root: Path
    beside: Sequence[str]
    devices: int = 1
    cluster: bool = False
    unlock: str = "snakemake --unlock"

    @cached_property
    def plan(self) -> Plan:
        """The config, resolved.

        Raises:
            InputError: a wrong config.
        """
        check_config(self.config, warn)
        return Plan(self.config, self.root)
