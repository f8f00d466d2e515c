"""After which stages pyramids can stand, and what is refused before anything is built."""

import subprocess
import sys
from dataclasses import replace

import pytest
import torch

from apnet.config.backbones import backbones
from apnet.config.names import parse_model_name
from apnet.config.readings import READINGS, get_reading
from apnet.config.stages import check_buildable, pyramid_reading
from apnet.errors import InputError
from apnet.models import build_model

WRITTEN = get_reading("written")


@pytest.mark.parametrize(
    ("name", "size", "message"),
    [
        ("inception_v3", (64, 32), "images of 64x32 are too small"),
        ("resnet50-apnet-s3", (224, 224), "level 3 makes 4 parts, which do not divide the 14 rows"),
        ("resnet50-apnet-s2", (336, 128), "do not divide the 21 rows of stage3 at 336x128"),
        ("resnet50-apnet-c2-r3", (384, 192), "do not divide the 256 channels of stage1"),
        ("densenet169-multipart", (384, 192), "-multipart is not defined for densenet169"),
        ("resnet50-multipart", (48, 32), "splits 3 rows into 2 parts at 48x32"),
    ],
)
def test_what_cannot_be_built_is_refused(name, size, message):
    with pytest.raises(InputError) as refusal:
        check_buildable(parse_model_name(name), get_reading("written"), size)
    assert f"model {name}: " in str(refusal.value) and message in str(refusal.value)


def test_the_release_also_splits_its_stem():
    name = parse_model_name("resnet50-apnet-c2-r128")
    check_buildable(name, get_reading("written"), (384, 192))
    with pytest.raises(InputError, match="64 channels of stem"):
        check_buildable(name, get_reading("released"), (384, 192))
    with pytest.raises(InputError, match="unknown stage 'roof'"):
        check_buildable(name, replace(WRITTEN, stages=("roof",)), (384, 192))


def test_a_switch_that_was_set_acts_on_spatial_models_too():
    name = parse_model_name("resnet50-apnet-s2")
    assert pyramid_reading(name, get_reading("released")) == WRITTEN
    chosen = get_reading("released", stages=["stage1"], se_hidden=4, stem_relu=True)
    assert pyramid_reading(name, chosen) == replace(WRITTEN, stages=("stage1",), se_hidden=4)
    with torch.device("meta"):
        assert list(build_model(name, 10, chosen, (64, 32)).pyramids) == ["stage1"]


def test_what_the_paper_builds_is_accepted():
    for reading in READINGS.values():
        for radix in ("", "-r4", "-r8", "-r16", "-r32", "-r1"):
            check_buildable(parse_model_name(f"resnet50-apnet-c2{radix}"), reading, (384, 192))
        for backbone in backbones():
            check_buildable(parse_model_name(f"{backbone}-apnet-c3"), reading, (384, 192))
        check_buildable(parse_model_name("resnet50-apnet-s3"), reading, (256, 128))
        check_buildable(parse_model_name("resnet50-apnet-s3"), reading, (64, 32))
        check_buildable(parse_model_name("inception_v3-apnet-c2"), reading, (160, 80))


def test_the_check_needs_no_torch():
    code = "import sys, apnet.config.stages, apnet.config.recipes; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
