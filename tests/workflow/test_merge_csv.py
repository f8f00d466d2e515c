"""Several files of results as one."""

import pytest

from reproduction.__main__ import main
from reproduction.results.csvfile import read_results

HEAD = "experiment,test_set,metric,value,seed,status,message,file"


@pytest.fixture
def merge(tmp_path):
    def merge(*files, head=HEAD):
        paths = [tmp_path / f"{index}.csv" for index in range(len(files))]
        for path, lines in zip(paths, files, strict=True):
            path.write_text("\n".join([head, *lines]))
        out = tmp_path / "all.csv"
        return main(["merge", *map(str, paths), "--out", str(out)]), out

    return merge


def test_the_same_run_is_taken_once_and_a_value_fills_an_open_one(merge):
    first = ["ours,market,mAP,80.5,0,,,/a/run", 'ours,market,mAP,,1,failed,"out of memory",/a/1']
    second = ["ours,market,mAP,80.5,0,,,/b/run", "ours,market,mAP,81,1,,,", "ours,duke,mAP,7,,,,"]
    status, out = merge(first, second)
    results = read_results(out)
    assert status == 0 and len(results) == 3
    assert dict(zip(results.seed.fillna(-1), results.value, strict=True)) == {0: 80.5, 1: 81, -1: 7}
    assert results.file[0] == "/a/run" and results.status[1] == ""


def test_conflicts_are_named_and_nothing_is_written(merge, capsys):
    status, out = merge(["ours,market,mAP,80.5,0,,,"], ["ours,market,mAP,80.6,0,,,"])
    error = capsys.readouterr().err
    assert status == 2 and not out.exists() and error.count("\n") == 1
    assert "ours, market, market, mAP, 0 has the value 80.5 in " in error and "80.6 in" in error


def test_another_protocol_is_a_conflict_and_an_empty_one_is_none(merge, capsys):
    head = "experiment,test_set,metric,value,seed,protocol"
    run = "ours,market,mAP,80.5,0,"
    assert merge([f"{run}flip"], [f"{run}plain"], head=head)[0] == 2
    assert "has the protocol 'flip' in" in capsys.readouterr().err
    assert merge([f"{run}flip"], [run], head=head)[0] == 0


def test_a_broken_file_is_named_and_the_others_are_merged(merge, capsys):
    sound, broken = ["ours,market,mAP,80.5,0,,,"], ["ours,market,mAP,x,0,,,"]
    status, out = merge(broken, sound, sound)
    error = capsys.readouterr().err
    assert status == 2 and "0.csv: line 2: value 'x' is not a number" in error
    assert error.count("\n") == 1 and [*read_results(out).value] == [80.5]
    out.unlink()
    assert merge(broken, broken)[0] == 2 and not out.exists()
    error = capsys.readouterr().err
    assert "0.csv: line 2" in error and "1.csv: line 2" in error


def test_a_broken_file_is_not_written_over(merge, tmp_path, capsys):
    status, out = merge(["ours,market,mAP,80.5,0,,,"])
    out.write_text(text := f"{HEAD}\nours,market,mAP,x,0,,,\n")
    assert status == 0 and main(["merge", str(out), f"{tmp_path}/0.csv", "--out", str(out)]) == 2
    assert "all.csv is left as it was" in capsys.readouterr().err and out.read_text() == text
