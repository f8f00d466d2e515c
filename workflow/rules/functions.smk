"""Functions of wildcards that the rules share: inputs, params, captions."""

@refusing()
def refusal(wildcards):
    return refuse(wildcards.unknown, PLAN)


def asked():
    """What Snakemake was asked for, as its rules spell it."""
    return sorted(os.path.normpath(target) for target in workflow.dag_settings.targets)


def other_evaluations(wildcards):
    """Those that are asked for by name, beside those of the tables."""
    return asked_evaluations(asked(), PLAN)


def run_named(wildcards):
    return paths.Run(
        wildcards.reading, wildcards.dataset, wildcards.model, int(wildcards.seed)
    )


@cache
def to_train(run):
    """The run, if it can be trained; asked five times a job."""
    PLAN.check_training(run)
    return run


@refusing()
def run_of(wildcards):
    return to_train(run_named(wildcards))


@refusing()
def dataset_folder(wildcards):
    """A synthetic dataset is a node of the DAG; a real one lies outside it."""
    PLAN.check_dataset(wildcards.dataset)
    if not PLAN.draws(wildcards.dataset):
        return []
    folder = f"resources/synthetic/{SCALE}/{wildcards.dataset}"
    checked = finished.checked(PLAN, wildcards.reading, wildcards.dataset)
    return ancient(folder) if checked else folder


def memory(wildcards, attempt):
    """MiB: half as much again at each attempt, since it may have run out at the one before."""
    return config["mem_mb"] * (1 + attempt) // 2


def drawn_identities(wildcards):
    """As many as the config says, or as the real dataset has if those are fewer."""
    return PLAN.drawn_identities(wildcards.dataset)


def admission(wildcards):
    """Ancient: a reason may be reworded without anything being trained again."""
    dataset = wildcards.get("test_set", wildcards.dataset)
    file = PLAN.admission(wildcards.reading, dataset)
    return ancient(file) if file else []


def accepted_words(wildcards):
    """Quoted here, since Snakemake quotes an empty text as nothing at all."""
    return shlex.quote(config["accept_counts"].get(wildcards.dataset, ""))


def reading_options(wildcards):
    return options.reading(PLAN, wildcards.reading, wildcards.get("dataset"))


def test_switches(wildcards):
    return options.switches(PLAN, wildcards.test_set)


def imagenet_options(wildcards):
    """The file that the config names; without one, torchvision's is downloaded."""
    file = config["weights"].get(wildcards.backbone)
    return f"--from {shlex.quote(file)}" if file else ""


def initial_weights(wildcards):
    backbone = PLAN.pretrained_backbone(run_of(wildcards))
    return f"resources/weights/{backbone}.safetensors" if backbone else []


def weights_option(wildcards, input):
    return f"--weights {shlex.quote(input.weights)}" if input.weights else ""


def queries_option(wildcards):
    """The queries that Fig. 6 shows, when the config names any."""
    names = config["figure6_queries"]
    return f"--queries {shlex.join(names)}" if names else ""


def train_options(wildcards):
    return options.training(PLAN, run_of(wildcards))


def training_data(wildcards):
    check = CHECK.format(**wildcards)
    return ancient(check) if finished.trained(PLAN, run_of(wildcards)) else check


is_evaluated = cache(finished.evaluated)  # asked for each input of a job


def to_evaluate(file):
    """A file that an evaluation is made from."""

    def existing(wildcards):
        evaluation = paths.Evaluation(run_named(wildcards), wildcards.test_set)
        path = file.format(**wildcards)
        return ancient(path) if is_evaluated(PLAN, evaluation) else path

    return existing


def train_settings(wildcards):
    return json.dumps(PLAN.settings_record(run_of(wildcards)), sort_keys=True)


@refusing()
def train_code(wildcards):
    return PLAN.code(run_of(wildcards))


@refusing()
def evaluation_code(wildcards):
    return numeric_core.evaluation(wildcards.model, wildcards.test_set)


@refusing()
def attention_code(wildcards):
    return numeric_core.attention_maps(wildcards.model, wildcards.test_set)


@refusing()
def check_code(wildcards):
    return numeric_core.check(wildcards.dataset)


@refusing()
def synthesis_code(wildcards):
    return numeric_core.synthesis(wildcards.dataset)


def output_folder(wildcards, output):
    return Path(output[0]).parent


def run_folder(wildcards, input):
    return Path(input.record).parent


def results_folder(wildcards, output):
    """That of all scales."""
    return Path(located(RESULTS)).parent


def cells_folder(wildcards, input):
    return located(f"{RESULTS}/cells")


def logs_folder(wildcards, output):
    return located(LOGS)


def costs_folder(wildcards, input):
    return Path(input[0]).parent.parent


def shown(wildcards):
    return wildcards.get("table") or wildcards.figure


def table_file(wildcards, output):
    """No input: Snakemake would read braces in the path of the checkout as wildcards."""
    return ROOT / "paper" / "tables" / f"{shown(wildcards)}.yaml"


def experiments_file(wildcards, output):
    return ROOT / "workflow" / "experiments.yaml"


def paper_folder(wildcards, output):
    return ROOT / "paper"


def reporting_code(wildcards):
    """What makes a report again: its code, what its table says, and the experiments."""
    if wildcards:
        return [REPORTING, said_of((shown(wildcards),))]
    return [REPORTING, said_of((*PRINTED,)), *paper().edited.values()]


@cache
def said_of(names):
    tables = [ROOT / "paper" / "tables" / f"{table}.yaml" for table in names]
    return files_fingerprint([*tables, ROOT / "workflow" / "experiments.yaml"])


def evaluations_of(wildcards):
    return PLAN.files([wildcards.table])


def queries_of(wildcards):
    return existing.queries(PLAN, [wildcards.table])


def existing_evaluations(wildcards):
    return existing.of_tables(PLAN, [wildcards.table])


@refusing()
def keep_planned():
    """Snakemake deletes what exists of the planned jobs' outputs, before each of them."""
    jobs_to_run = workflow.dag.needrun_jobs()
    keep_finished(PLAN, (file for job in jobs_to_run for file in job.output))
    take_finished()


def take_finished():
    """Results that need no job, or whose job has ended well."""
    taken = {*workflow.dag.jobs} - {*workflow.dag.needrun_jobs()}
    forget_taken(file for job in taken for file in job.output)


def asked_reports():
    """Names of the tables and figures that were asked for, and files that were by name."""
    targets = asked()
    files = [file for file in targets if shown_in(file) in {*REPORTED, *FIGURES}]
    whole = not targets or {*targets} & {"all", DOCUMENT, PDF}
    everything = {*REPORTED, *FIGURES} if whole else {}
    return sorted({*map(shown_in, files)} or everything), files


def shown_in(report):
    """The table or the figure of a report, or of its pairs."""
    return Path(report).name.partition(".")[0]


@refusing()
def summary():
    """Where the reports are that were asked for, how they came out, and what they lack."""
    names, files = asked_reports()
    took = ""
    if any(PLANNED.values()):
        from workflow.lib.looking import estimated

        took = estimated.sentence(estimated.compared(PLAN, *PLANNED.values()))
    if not names:
        written = [file for file in asked() if Path(file).stem in PAGES]
        said = f"Written: {listed(written)}" if written else ""
        return "\n".join(filter(None, [said, took]))
    # It loads pandas, which no other call needs.
    from workflow.lib.closing import closing

    cells = Path(RESULTS, "cells")
    tables = [name for name in names if name in REPORTED]
    lines = [
        closing(names, files, cells),
        after_success(cells, tables, lambda target: fill([target], CALL)),
    ]
    return "\n".join(filter(None, [*lines, took]))


def fill_command(wildcards, output):
    """The command that makes the results that a report lacks, with this call's config."""
    return fill([output[0]], CALL)


def own_command(wildcards):
    """This call's command, with its config and without a target."""
    return fill([], CALL)


@cache
def documents():
    """All reports in one; as a PDF only if TeX is installed, so that the rest works without it."""
    return [DOCUMENT] if typeset.lacking() else [DOCUMENT, PDF]


def everything():
    return [*reports(), SITE, *documents()]


def category_of(wildcards):
    return captions.category(wildcards.table)


def caption_of(wildcards):
    return captions.caption(shown(wildcards), config)


def labels_of(wildcards):
    form = "HTML" if "table" in wildcards.keys() else "SVG"
    return captions.labels(shown(wildcards), form, config)
