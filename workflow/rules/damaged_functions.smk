"""What one job leaves for others is made again where it is no longer as it was left."""

with refusing():
    from workflow.lib.damaged import damaged


def again_if_damaged(*outputs):
    """An input function without inputs, by which the job of a damaged output runs again.

    Snakemake asks for inputs before it finds out which jobs have to run. Only for outputs that
    are made in seconds.
    """

    def looked_at(wildcards):
        for file in (located(output.format(**wildcards)) for output in outputs):
            if damaged(Path(file)) and file not in workflow.dag.forcefiles:
                warn(f"{file} is damaged or was edited: it is made again")
                workflow.dag.forcefiles.add(file)
        return []

    return looked_at
