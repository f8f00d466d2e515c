"""What the page on the readings is made from."""

SWITCHES_FOLDER = "results/switches"


@refusing()
def switch_code(wildcards):
    return numeric_core.switch_effects(wildcards.model)


def evaluations_of_all_scales(wildcards):
    """A digest: a run with another switch is of another scale."""
    return existing.of_files(
        Path(results_folder(wildcards, None)).glob(f"*/{paths.EVALUATIONS}")
    )


def switch_commands(wildcards):
    """SWITCH=COMMAND: what makes the runs that show the effect of a switch on accuracy."""
    return [f"{name}={line}" for name, line in switched.commands(CALL).items()]
