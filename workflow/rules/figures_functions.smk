"""What the figures are drawn from: functions of wildcards for rules/figures.smk."""


def parameters_of(wildcards):
    """The parameters of the models of a figure, under every reading of the config."""
    return collect(
        f"{RESULTS}/{{reading}}/parameters/{{model}}.json",
        reading=config["readings"],
        model=PLAN.models(wildcards.figure),
    )


def maps_of(wildcards, output):
    return [*map(located, PLAN.maps(wildcards.figure))]


def judged_maps(wildcards, output):
    return [*map(located, PLAN.judged_maps(wildcards.figure))]


def wanted_maps(wildcards):
    return PLAN.wanted_maps(wildcards.figure)


def existing_maps(wildcards):
    return existing.of_maps(PLAN, wildcards.figure)


def shown_dataset(wildcards):
    return paper().pictures[wildcards.figure].shows["dataset"]


def title_of(wildcards):
    return paper()[wildcards.figure].title
