"""Archives from strangers: what is taken of them, and what is refused."""

import json
import stat
import zipfile

import pytest

from apnet.errors import InputError
from apnet.records.crates import METADATA, results_in

RUN = "results/paper/written/market1501/resnet50/seed0/run.json"


def archive(folder, *files, metadata=True, compression=zipfile.ZIP_DEFLATED):
    """A zip of (name or ZipInfo, content)."""
    file = folder / "a.zip"
    with zipfile.ZipFile(file, "w", compression) as made:
        for name, content in [(METADATA, "{}")] * metadata + [*files]:
            made.writestr(name, content, compress_type=compression)
    return file


def link():
    item = zipfile.ZipInfo("results/paper/run")
    item.external_attr = (stat.S_IFLNK | 0o777) << 16
    return item


def test_results_of_an_archive(tmp_path):
    file = archive(tmp_path, (RUN, json.dumps({"seed": 0})), ("workflow/Snakefile", "print()"))
    with results_in(file) as results:
        assert json.loads((results / RUN.removeprefix("results/paper/")).read_text()) == {"seed": 0}
        assert sorted(item.name for item in results.parent.parent.iterdir()) == ["results"]
    assert not results.exists()


def test_a_folder_of_results_stays_as_it_is(tmp_path):
    with results_in(tmp_path) as results:
        assert results == tmp_path


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("../run.json", "leads out of it"),
        ("results/paper/../../../run.json", "leads out of it"),
        ("/etc/cron.d/job", "leads out of it"),
        ("results\\..\\run.json", "leads out of it"),
        ("results//paper/run.json", "two spellings"),
        (link(), "a link"),
    ],
)
def test_a_file_outside_of_it(tmp_path, name, message):
    place = tmp_path / "in" / "it"
    place.mkdir(parents=True)
    file = archive(place, (RUN, "{}"), (name, "/etc/passwd"))
    with pytest.raises(InputError, match=message), results_in(file):
        pass
    assert sorted(tmp_path.rglob("*")) == [place.parent, place, file]


def test_a_file_without_a_name(tmp_path):
    file = archive(tmp_path, ("xyz", "{}"))
    file.write_bytes(file.read_bytes().replace(b"xyz", b"\0yz"))
    with pytest.raises(InputError, match="a path that leads out of it"), results_in(file):
        pass


def test_what_unpacks_to_a_thousand_times_its_size(tmp_path):
    file = archive(tmp_path, (RUN, b"0" * 10**7))
    with pytest.raises(InputError, match="200 times its own size"), results_in(file):
        pass


def test_a_name_that_comes_twice(tmp_path):
    with pytest.warns(UserWarning, match="Duplicate"):
        file = archive(tmp_path, (RUN, "{}"), (RUN, "[]"))
    with pytest.raises(InputError, match="cannot unpack"), results_in(file):
        pass


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ([], "results of none"),
        ([("results/a/run.json", ""), ("results/b/run.json", "")], "results of a, b"),
    ],
)
def test_results_of_one_scale(tmp_path, files, message):
    with pytest.raises(InputError, match=message), results_in(archive(tmp_path, *files)):
        pass


def test_another_zip(tmp_path):
    file = archive(tmp_path, (RUN, "{}"), metadata=False)
    with pytest.raises(InputError, match=f"lacks {METADATA}"), results_in(file):
        pass


@pytest.mark.parametrize("cut", [0, 10, 60, 120, 200])
def test_a_damaged_archive(tmp_path, cut):
    file = archive(tmp_path, (RUN, "{}" * 50), compression=zipfile.ZIP_STORED)
    whole = file.read_bytes()
    for damaged in (whole[:cut], whole[:cut] + b"\xff" + whole[cut + 1 :]):
        file.write_bytes(damaged)
        try:
            with results_in(file) as results:
                assert results.name
        except InputError as error:
            assert len(str(error)) < 300
