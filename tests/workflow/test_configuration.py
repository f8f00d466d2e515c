from pathlib import Path

import pytest
import yaml

from apnet.errors import InputError
from workflow.lib.config import SCHEMA, check_config

ROOT = Path(__file__).resolve().parents[2]


def config(name="smoke", **changes):
    return yaml.safe_load((ROOT / "config" / f"{name}.yaml").read_text()) | changes


def test_the_shipped_configs_are_good(tmp_path):
    smoke = config()
    check_config(smoke, pytest.fail)
    assert (smoke["missing"], smoke["data_root"]) == ("run", None)
    check_config(config("paper", data_root=str(tmp_path)), pytest.fail)


def test_every_key_is_documented():
    documented = (ROOT / "config" / "README.md").read_text()
    for key in yaml.safe_load(SCHEMA.read_text())["properties"]:
        assert f"`{key}`" in documented


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"sedes": [0]}, "'sedes'"),
        ({"store": "here", "image_cache": "there"}, "give 'image_cache' alone"),
        ({"seeds": []}, "seeds"),
        ({"seeds": [0, 0]}, "seeds"),
        ({"seeds": 3}, "seeds"),
        ({"readings": ["printed"]}, "readings.0"),
        ({"scale": "My Scale"}, "scale"),
        ({"scale": "reference"}, "scale"),
        ({"recipes": {"channel": "smoke"}}, "recipes"),
        ({"missing": "hide"}, "missing"),
        ({"figure6_queries": []}, "figure6_queries"),
        ({"figure6_queries": "0001_c1s1_001051_00.jpg"}, "figure6_queries"),
        ({"synthetic": None}, "data_root"),
        ({"data_root": "/absent"}, "synthetic"),
        ({"data_root": "/absent", "synthetic": None}, "'/absent' is not a folder"),
    ],
)
def test_a_wrong_config_is_one_sentence(changes, named):
    with pytest.raises(InputError) as error:
        check_config(config(**changes), pytest.fail)
    assert named in str(error.value)
    assert "\n" not in str(error.value)


def test_a_renamed_key_works_with_a_warning():
    given, warnings = config(store="here"), []
    check_config(given, warnings.append)
    assert given["image_cache"] == "here" and "store" not in given
    assert len(warnings) == 1 and "'store' is now called 'image_cache'" in warnings[0]
