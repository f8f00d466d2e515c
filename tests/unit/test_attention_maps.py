import json
import sys
from pathlib import Path

import numpy as np
import pytest
import runs
import torch
from PIL import Image
from safetensors.torch import load_file
from torch import nn

from apnet.cli import main
from apnet.data import ReIDDataset, Sample
from apnet.data.synthetic import synthesize
from apnet.errors import InputError
from apnet.evaluation.attention_maps import PEOPLE, choose_queries, grad_cam, score
from apnet.models import build_model
from apnet.records.load import validate
from apnet.records.other_jobs import AttentionMaps
from apnet.records.page import keys

pytestmark = pytest.mark.usefixtures("one_thread")

READINGS = ("written", "released")
TRAINED = 2
"""Identities in training, and as many in testing."""


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data")
    synthesize("market1501", folder, identities=TRAINED, log=lambda _: None)
    return folder


@pytest.fixture(scope="module")
def trained(root, tmp_path_factory):
    folder = tmp_path_factory.mktemp("trained")
    for reading in READINGS:
        runs.run(
            folder / reading, root, runs.settings(reading=reading, epochs=1, backbone_size="full")
        )
    return folder


@pytest.fixture(scope="module")
def made(trained, root):
    """The file of each reading's maps."""
    files = {reading: trained / f"{reading}.npz" for reading in READINGS}
    for reading, file in files.items():
        assert cam(trained / reading, root, file) == 0
    return files


def cam(run, root, out, *more):
    places = ["--run", str(run), "--data-root", str(root), "--out", str(out)]
    options = ["--dataset", "market1501", "--device", "cpu", "--threads", "1"]
    return main(["cam", *places, *options, *more])


def naive(activation, gradient, size):
    """Eqs. 1 and 2 of Grad-CAM, channel by channel, then 0 to 1 at the image's size."""
    channels, height, width = activation.shape
    total = torch.zeros(height, width, dtype=activation.dtype)
    for channel in range(channels):
        alpha = sum(gradient[channel].flatten().tolist()) / (height * width)
        total += alpha * activation[channel]
    raised = total.clamp(min=0)
    big = nn.functional.interpolate(raised[None, None], size, mode="bilinear")[0, 0]
    low, high = big.min(), big.max()
    return ((big - low) / (high - low)).detach().numpy()


def test_grad_cam_is_that_of_its_two_equations():
    torch.manual_seed(0)
    first, second = nn.Conv2d(3, 5, 3, stride=2), nn.Conv2d(5, 4, 3, padding=1)
    net = nn.Sequential(first, nn.Tanh(), second, nn.AdaptiveAvgPool2d(1), nn.Flatten())
    image = torch.randn(1, 3, 13, 9)

    def target(output):
        return (output * torch.tensor([1.0, -2.0, 0.5, 3.0])).sum() ** 2

    found = grad_cam(net, [second, first], image, target)
    assert found.shape == (2, 13, 9)
    a = first(image)
    b = second(torch.tanh(a))
    of_a, of_b = torch.autograd.grad(target(b.mean(dim=(2, 3))[0]), [a, b])
    np.testing.assert_allclose(found[0], naive(b[0], of_b[0], (13, 9)), atol=1e-5)
    np.testing.assert_allclose(found[1], naive(a[0], of_a[0], (13, 9)), atol=1e-5)


def test_where_nothing_raises_the_score_a_map_is_nought():
    net = nn.Sequential(nn.Conv2d(3, 2, 1), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten())
    found = grad_cam(net, [net[1]], torch.ones(1, 3, 4, 4), lambda output: -output.sum())
    assert not found.any()


def test_the_score_is_the_mean_similarity_with_matches_of_unit_length():
    of = score(torch.tensor([[3.0, 4.0], [0.0, 0.5]]))
    assert of(torch.tensor([10.0, 20.0])).item() == pytest.approx((6 + 16 + 20) / 2)


@pytest.mark.parametrize("reading", READINGS)
def test_maps_are_those_of_a_naive_grad_cam(made, trained, root, reading):
    found = np.load(made[reading])
    network = build_model("resnet50-apnet-c2", TRAINED, reading, input_size=(64, 32))
    weights = trained / reading / "model.safetensors"
    network.load_state_dict(load_file(weights))
    network.double().eval()
    folder = next(root.glob("**/query")).parent
    gallery = runs.market(folder, "bounding_box_test")
    assert found["maps"].shape == (len(found["queries"]), 2, 64, 32)
    for name, image, maps in zip(found["queries"], found["images"], found["maps"], strict=True):
        (query,) = (q for q in runs.market(folder, "query") if q.file.name == name)
        picture = Image.open(query.file).convert("RGB").resize((32, 64), Image.Resampling.BILINEAR)
        np.testing.assert_array_equal(image, np.asarray(picture))
        matches = [
            shot
            for shot in gallery
            if shot.identity == query.identity and shot.camera != query.camera
        ]
        rows = runs.features(weights, "resnet50-apnet-c2", TRAINED, reading, matches, size="full")
        fixed = np.mean([row / np.linalg.norm(row) for row in rows], axis=0)
        for level in (1, 2):
            # Level 2 is the one whose parts are two.
            held = {}
            module = network.pyramids["stage4"].levels[level - 1]
            hook = module.register_forward_hook(lambda _m, _i, y, held=held: held.update(y=y))
            embedding = network(runs.pixels(query.file))[0]
            hook.remove()
            (gradient,) = torch.autograd.grad(embedding @ torch.from_numpy(fixed), held["y"])
            wanted = naive(held["y"][0].detach(), gradient[0], (64, 32))
            np.testing.assert_allclose(maps[level - 1], wanted, atol=2e-3)


def test_the_file_says_of_what_it_is(made):
    about = json.loads(str(np.load(made["released"])["about"]))
    assert validate(about, AttentionMaps)[1] == [] and set(about) == keys(AttentionMaps)
    assert (about["reading"], about["order"]) == ("released", "fine-to-coarse")
    assert (about["stage"], about["parts"], about["data"]["synthetic"]) == ("stage4", [1, 2], True)


def test_queries_by_name_come_in_that_order_with_the_maps_that_they_always_have(
    made, trained, root, tmp_path
):
    out, usual = tmp_path / "maps.npz", np.load(made["written"])
    names = usual["queries"].tolist()[::-1]
    assert cam(trained / "written", root, out, "--queries", *names) == 0
    found = np.load(out)
    assert found["queries"].tolist() == names
    np.testing.assert_array_equal(found["maps"], usual["maps"][::-1])


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--queries", "0001_c1s1_000000_00.jpg"], "'0001_c1s1_000000_00.jpg' is no query"),
        (["--out", "maps.json"], "name an .npz file"),
        (["--run", "nowhere"], "no finished run in nowhere"),
    ],
)
def test_bad_input_is_one_sentence(trained, root, tmp_path, capsys, more, said):
    assert cam(trained / "written", root, tmp_path / "maps.npz", *more) == 2
    error = capsys.readouterr().err
    assert said in error and error.count("\n") == 1
    assert not list(tmp_path.iterdir())


def test_a_model_without_a_pyramid_is_refused(trained, root, tmp_path, capsys):
    record = json.loads((trained / "written" / "run.json").read_text())
    (tmp_path / "run.json").write_text(json.dumps(record | {"model": "resnet50"}))
    assert cam(tmp_path, root, tmp_path / "maps.npz") == 2
    assert "model resnet50 has no attention pyramid" in capsys.readouterr().err


def test_an_absent_library_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "pytorch_grad_cam", None)
    with pytest.raises(InputError, match="pip install grad-cam"):
        grad_cam(nn.Identity(), [nn.Identity()], torch.zeros(1, 3, 4, 4), torch.sum)


def dataset(query, gallery):
    samples = [
        tuple(Sample(Path(f"{i:04}_c{c}_{place}.jpg"), i, c) for i, c in part)
        for place, part in (("q", query), ("g", gallery))
    ]
    return ReIDDataset("made up", Path(), (), *samples)


def test_the_first_query_with_a_match_of_each_of_the_first_people():
    people = range(1, PEOPLE + 3)
    made = dataset(
        [(i, c) for i in people for c in (1, 2)],
        # Of person 1 only camera 1 has the gallery: camera 2's query alone can be found.
        [(1, 1), *((i, 2) for i in people if i > 1)],
    )
    chosen = choose_queries(made, ())
    assert [(s.identity, s.camera) for s in chosen] == [(1, 2), (2, 1), (3, 1), (4, 1)]


def test_a_query_that_cannot_be_found_is_refused():
    with pytest.raises(InputError, match=r"query 0001_c1_q.jpg of made up has no true match in"):
        choose_queries(dataset([(1, 1)], [(1, 1), (2, 2)]), ["0001_c1_q.jpg"])


def test_a_dataset_without_a_query_to_be_found_is_refused():
    with pytest.raises(InputError, match="no query of made up has a true match in the gallery"):
        choose_queries(dataset([(1, 1)], [(2, 2)]), ())
