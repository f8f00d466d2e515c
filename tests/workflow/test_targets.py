"""What no rule makes is told from what one does, and refused in one sentence."""

import re

import pytest
import yaml

from apnet.errors import InputError
from tests.workflow.conftest import ROOT
from workflow.lib.config import check_config
from workflow.lib.plan import Plan
from workflow.lib.targets import INDEX, refuse, reports, unknown

SMOKE = "results/smoke"
RUN = f"{SMOKE}/written/market1501/resnet50/seed0"


@pytest.fixture
def plan(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    config = yaml.safe_load((ROOT / "config" / "smoke.yaml").read_text())
    check_config(config, pytest.fail)
    return Plan(config, ROOT)


@pytest.mark.parametrize(
    ("target", "named"),
    [
        ("reports/table9.md", "unknown report 'reports/table9.md': choose one of "),
        ("reports/figure6.csv", "unknown report 'reports/figure6.csv'"),
        ("results/paper/written/market1501/resnet50/seed0/run.json", "of scale 'paper'"),
        (f"{SMOKE}/writen/market1501/resnet50/seed0/run.json", "unknown reading"),
        (f"{SMOKE}/released/market1501/resnet50/seed0/run.json", "unknown reading in this config"),
        (f"{SMOKE}/written/market1502/resnet50/seed0/run.json", "unknown dataset 'market1502'"),
        (f"{SMOKE}/written/mine/resnet50/seed0/run.json", "'mine': choose one of cuhk03"),
        (f"{SMOKE}/written/market1501/resnet51/seed0/run.json", "unknown model 'resnet51'"),
        (f"{SMOKE}/written/market1501/resnet50/0/run.json", "write it as seed0"),
        (f"{SMOKE}/written/market1501/resnet50/seed0/run.jsn", "no rule makes"),
        (f"{SMOKE}/written/market1501/resnet51/seed0/test/market1501.json", "unknown model"),
        (f"{SMOKE}/written/market1501/resnet50/seed0/test/market.json", "unknown dataset 'market'"),
        (f"{SMOKE}/written/market1501/resnet50/seed0/test/Market.json", "unknown dataset 'Market'"),
    ],
)
def test_an_unknown_target_is_named_in_one_sentence(plan, target, named):
    with pytest.raises(InputError, match=re.escape(named)) as error:
        refuse(target, plan)
    assert "\n" not in str(error.value)


def test_no_report_and_no_file_of_a_run_is_unknown(plan):
    for made in (*reports(), *INDEX, f"{RUN}/run.json", f"{RUN}/test/duke.json"):
        assert not re.fullmatch(unknown(plan), made), made
    for other in ("reports/table9.md", f"{RUN}/run.jsn", RUN.replace("smoke", "x") + "/run.json"):
        assert re.fullmatch(unknown(plan), other), other
