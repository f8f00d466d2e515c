"""What the workflow tells a person to type."""

from pathlib import Path

from workflow.lib.hints import Call, fill

TARGET = "reports/table2.md"


def test_a_plain_call_is_repeated_plainly():
    assert fill(TARGET, Call({"data_root": None}, [])) == f"snakemake --cores 2 {TARGET}"


def test_what_was_given_is_given_again_and_the_mode_is_not(tmp_path):
    given = ["seeds=[0,1]", "missing=show", "data_root=/my data"]
    call = Call({"data_root": "/my data"}, [Path("config/paper.yaml").absolute(), tmp_path], given)
    words = f"snakemake --cores 2 --configfile config/paper.yaml {tmp_path} --config"
    assert fill(TARGET, call) == f"{words} 'seeds=[0,1]' 'data_root=/my data' -- {TARGET}"
    assert fill(TARGET, call, "show").endswith(f" 'data_root=/my data' missing=show -- {TARGET}")


def test_a_data_root_of_a_config_file_is_named():
    call = Call({"data_root": "/data"}, [], ["seeds=[0]"])
    assert (
        fill(TARGET, call)
        == f"snakemake --cores 2 --config 'seeds=[0]' data_root=/data -- {TARGET}"
    )
