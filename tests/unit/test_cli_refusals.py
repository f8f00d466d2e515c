"""What commands refuse, in one sentence and with status 2, and the values that they take."""

import pytest

from apnet.cli import main


def train(tmp_path, *options):
    """Train with options that stand behind, and so instead of, good ones."""
    command = ["train", "--model", "resnet50", "--dataset", "market1501", "--recipe", "smoke"]
    command += ["--out", str(tmp_path / "out"), "--device", "cpu"]
    root = [] if "--data-root" in options else ["--data-root", str(tmp_path)]
    return main([*command, *root, *options])


def sentence(capsys):
    """What was said: one line, to stderr alone."""
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("apnet: ") and said.err.endswith("\n")
    assert said.err.count("\n") == 1
    return said.err


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--model", "resnet51"], "unknown model 'resnet51': names are <backbone>[-se|"),
        (["--model", "resnet50-apnet-c2-r2"], "is spelled 'resnet50-apnet-c2'"),
        (["--dataset", "market"], "unknown dataset 'market': choose one of cuhk03-detected, "),
        (["--reading", "spoken"], "unknown reading 'spoken': choose one of written, released"),
        (["--recipe", "fast"], "unknown recipe 'fast': choose one of channel, spatial, smoke"),
        (["--switch", "stem=1"], "unknown switch 'stem': choose one of level_order, "),
        (["--switch", "stem_relu"], "--switch wants KEY=VALUE, not 'stem_relu'"),
        (["--switch", "stem_relu=maybe"], "stem_relu wants true or false, not 'maybe'"),
        (["--switch", 'stages=["roof"]'], "unknown stage 'roof'"),
        (["--switch", "level_order=up"], "level_order 'up': choose one of coarse-to-fine, "),
        (["--model", "ResNet50-APNet-C2"], "(did you mean resnet50-apnet-c2?)"),
        (["--dataset", "Market-1501"], "msmt17, occluded-dukemtmc (did you mean market1501?); or"),
        (["--dataset", "cuhk03"], "(did you mean cuhk03-detected or cuhk03-labeled?)"),
        (["--recipe", "smok"], "(did you mean smoke or smoke-spatial?)"),
        (["--switch", "level-order=x"], "(did you mean level_order?)"),
        (
            ["--device", "gpu"],
            "unknown device 'gpu': choose one of auto, cpu, cuda (did",
        ),
        (["--device", "GPU:1"], "(did you mean cuda?)"),
        (["--set", "epoch=3"], "(did you mean epochs or epoch_unit"),
        (["--set", "speed=1"], "unknown recipe setting 'speed': choose one of backbone_size, "),
        (["--set", "epochs"], "--set wants KEY=VALUE, not 'epochs'"),
        (["--set", "epochs=many"], "epochs wants a value of type int, not 'many'"),
        (["--set", "lr=NaN"], "lr wants a number from 0, not nan"),
        (["--set", "gamma=1e308"], "gamma wants a number from 0 to 1, not 1e+308"),
        (["--seed", "-1"], "a seed is 0 to 2^63 - 1, not -1"),
        (["--threads", "0"], "--threads wants a whole number from 1, not 0"),
        (["--workers", "-2"], "--workers wants a whole number from 0, not -2"),
        (["--workers", "few"], "--workers wants a whole number from 0, not few"),
        (["--switch", "self=1"], "unknown switch 'self'"),
        (["--set", "backbone=vgg"], "unknown recipe setting 'backbone'"),
        (["--store", "a", "--image-cache", "b"], "give --image-cache alone"),
        (["--image-cache", "b", "--store", "a"], "give --image-cache alone"),
        (["--data-root", "--recipe", "smoke"], "--data-root wants a value, and the option --rec"),
        (["--weights", "--recipe", "smoke"], "--weights wants a value, and the option --recipe"),
        (["--device", "meta"], "device 'meta' holds no numbers: try --device cpu"),
        (["--device", "abacus"], "device 'abacus' cannot be used"),
        (["--data-root", "{}/absent"], "cannot read the data root {}/absent (No such file"),
        (["--data-root", "{}/empty"], "the data root {}/empty is empty"),
        (["--data-root", "{}"], "no market1501 in the data root {}"),
        (["--recipe", "channel", "--data-root", "{}/drawn"], "starts from ImageNet weights: name"),
        (["--set", "identities=9", "--data-root", "{}/drawn"], "a batch wants 9: train with --set"),
    ],
)
def test_what_train_refuses(tmp_path, capsys, drawn, options, message):
    (tmp_path / "empty").mkdir()
    (tmp_path / "drawn").symlink_to(drawn)
    status = train(tmp_path, *(option.replace("{}", str(tmp_path)) for option in options))
    assert status == 2
    assert message.replace("{}", str(tmp_path)) in sentence(capsys)


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("data check market {}", "unknown dataset 'market'"),
        ("data check market1501 {}/absent", "cannot read the data root {}/absent"),
        ("data check market1501 {} --reading spoken", "unknown reading 'spoken'"),
        ("data check market1501 {} --switch x", "--switch wants KEY=VALUE, not 'x'"),
        ("data synthesize market {}", "unknown dataset 'market'"),
        ("data synthesize market1501 {}/new --identities 1", "2 to 751 identities, not 1"),
        ("data synthesize market1501 {}/new --seed -1", "a seed is 0 or more, not -1"),
        ("data synthesize market1501 {}/file", "cannot"),
        ("data sheet market {}/sheet.png", "unknown dataset 'market'"),
        ("data sheet market1501 {}/sheet.xyz", "sheet.xyz is no picture"),
        ("data sheet market1501 {}/sheet.png --seed -1", "a seed is 0 or more, not -1"),
        ("evaluate --run {} --dataset msmt17 --data-root {} --out {}/o.json", "no finished run in"),
        ("weights resnet50 --out {}/w --from {}/absent.pth", "no weights at {}/absent.pth"),
        ("score {}/absent.npz", "absent.npz"),
    ],
)
def test_what_other_commands_refuse(tmp_path, capsys, command, message):
    (tmp_path / "file").write_text("")
    assert main(command.replace("{}", str(tmp_path)).split()) == 2
    assert message.replace("{}", str(tmp_path)) in sentence(capsys)
    assert [file.name for file in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("", "Missing command; see apnet --help"),
        ("trian", "unknown command 'trian': choose one of cam, cmc, "),
        ("trian", "why-lower (did you mean train?)"),
        ("data draw", "unknown command 'draw': choose one of check, sheet, synthesize"),
        ("--loud", "No such option '--loud'; see apnet --help"),
        ("train --dataset market1501", "Missing option '--model'; see apnet train --help"),
        ("data sheet market1501", "Missing argument 'OUT'; see apnet data sheet --help"),
        ("data sheet market1501 a.png b", "unexpected extra argument (b); see apnet data sheet"),
        ("data sheet market1501 a.png --seed x", "'x' is not a valid integer; see apnet data"),
        ("weights resnet51 --out w", "unknown backbone 'resnet51': choose one of densenet169, "),
        ("evaluate --run r --batch 0", "--batch wants a whole number from 1, not 0"),
        ("score f.npz --distance far", "'far' is not one of 'cosine', 'euclidean'; see apnet sc"),
        ("score f.npz --dist cosine", "No such option '--dist'. Did you mean '--distance'?; see"),
    ],
)
def test_what_no_command_takes(capsys, command, message):
    assert main(command.split()) == 2
    assert message in sentence(capsys)


def test_values_of_options_are_json_where_they_can_be(tmp_path, capsys):
    root = ["--data-root", str(tmp_path / "absent")]
    for pair in ("milestones=[1,2]", "steps_per_epoch=null", "flip_test=false", "precision=auto"):
        assert train(tmp_path, "--set", pair, *root) == 2
        assert "absent" in sentence(capsys)


@pytest.mark.parametrize("word", ["~/absent", "market1501=~/absent"])
def test_the_home_folder_is_put_into_paths(tmp_path, capsys, monkeypatch, word):
    monkeypatch.setenv("HOME", str(tmp_path))
    for command in (
        ["data", "check", "market1501", word],
        ["train", "--model", "resnet50", "--dataset", "market1501", "--out=~/run"]
        + ["--recipe=smoke", f"--data-root={word}"],
    ):
        assert main(command) == 2
        assert f"cannot read the data root {tmp_path}/absent" in sentence(capsys)


@pytest.mark.parametrize("text", ["nan", "-5", "soon"])
def test_what_is_no_time_is_said(tmp_path, capsys, text):
    assert train(tmp_path, "--checkpoint-seconds", text) == 2
    assert f"{text!r} is no time: give seconds, 0 or more" in sentence(capsys)
