"""Targets that only look. A call with one of them prints it and runs no job (docs/planning.md)."""


rule plan:
    """What is missing, and what it costs: GPU-hours, time, disk, download."""
    input:
        looked,
    localrule: True


rule doctor:
    """Whether this machine, its packages and its data let jobs run."""
    input:
        looked,
    localrule: True


rule status:
    """What is done, runs, waits and failed, by files alone."""
    input:
        looked,
    localrule: True


rule explain:
    """Why a cell or a file is missing, stale or up to date: --config cell=table2/apnet-c2/market1501."""
    input:
        looked,
    localrule: True
