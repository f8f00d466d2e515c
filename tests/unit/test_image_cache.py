import errno
import multiprocessing
import os
import pickle
import signal
import stat
import time

import numpy as np
import pytest
import tiny

from apnet.config.readings import get_reading
from apnet.data import load_dataset
from apnet.data.images import read_image
from apnet.data.pipeline import image_cache
from apnet.data.pipeline.image_cache import ImageCache, open_image_cache
from apnet.errors import InputError


@pytest.fixture
def dataset(tmp_path):
    tiny.write(tmp_path / "market1501", tiny.MARKET)
    return load_dataset("market1501", tmp_path, get_reading("written"))


@pytest.fixture
def caches(tmp_path):
    return tmp_path / "caches"


def opened(caches, dataset, split="train", log=lambda line: None, **options):
    samples = getattr(dataset, split)
    return open_image_cache(
        caches, f"market1501-{split}", samples, dataset.root, log=log, **options
    )


def is_of(found, dataset, split="train"):
    samples = getattr(dataset, split)
    return len(found) == len(samples) and all(
        np.array_equal(found[index], read_image(dataset.root / sample.path))
        for index, sample in enumerate(samples)
    )


def visible(caches):
    return sorted(file.name for file in caches.iterdir() if not file.name.startswith("."))


@pytest.fixture
def no_decoding(monkeypatch):
    def refuse(file):
        raise AssertionError(f"decoded {file}")

    monkeypatch.setattr(image_cache, "read_image", refuse)


def test_a_cache_holds_what_the_files_hold(dataset, caches):
    for split in ("train", "query", "gallery"):
        assert is_of(opened(caches, dataset, split, threads=2), dataset, split)
    assert len(visible(caches)) == 3


def test_images_of_any_size_lie_side_by_side(dataset, caches):
    for number, sample in enumerate(dataset.train):
        tiny.draw(dataset.root / sample.path, size=(8 + number, 16 + 3 * number))
    found = opened(caches, dataset)
    assert is_of(found, dataset)
    assert len(set(map(tuple, found.shapes.tolist()))) == len(dataset.train)


def test_a_cache_is_made_once(dataset, caches, request):
    said = []
    first = opened(caches, dataset, log=said.append)
    assert [line.split(" into")[0] for line in said] == ["decoding 5 images"]
    request.getfixturevalue("no_decoding")
    again = opened(caches, dataset, log=said.append)
    assert len(said) == 1 and np.array_equal(first.pixels, again.pixels)


def test_a_finished_cache_is_used_where_nothing_can_be_written(dataset, caches, no_decoding):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(image_cache, "read_image", read_image)
        opened(caches, dataset)
    for folder in (*caches.iterdir(), caches):
        if folder.is_dir():
            folder.chmod(0o555)
    assert is_of(opened(caches, dataset), dataset)


def test_a_changed_image_makes_the_cache_anew(dataset, caches):
    before = opened(caches, dataset)
    (name,) = visible(caches)
    file = dataset.root / dataset.train[2].path
    content, times = file.read_bytes(), file.stat()
    tiny.draw(file, size=(9, 17))
    found = opened(caches, dataset)
    assert is_of(found, dataset) and len(visible(caches)) == 1 and visible(caches) != [name]
    assert before[2].shape == (16, 8, 3)  # who has it open goes on with what it was
    file.write_bytes(content)
    os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))
    opened(caches, dataset)
    assert visible(caches) == [name]


def test_same_names_elsewhere_and_another_list_have_caches_of_their_own(dataset, caches, tmp_path):
    opened(caches, dataset)
    tiny.write(tmp_path / "copy" / "market1501", tiny.MARKET)
    opened(caches, load_dataset("market1501", tmp_path / "copy", get_reading("written")))
    open_image_cache(caches, "market1501-train", dataset.train[:3], dataset.root)
    assert len(visible(caches)) == 3


def test_another_decoder_has_a_cache_of_its_own(dataset, caches, monkeypatch):
    opened(caches, dataset)
    monkeypatch.setattr(image_cache, "pillow", "99.0")
    said = []
    opened(caches, dataset, log=said.append)
    assert len(said) == 1 and len(visible(caches)) == 2


def test_a_damaged_image_is_named_and_nothing_is_left(dataset, caches):
    file = dataset.root / dataset.train[3].path
    file.write_bytes(file.read_bytes()[:-200])
    with pytest.raises(InputError, match=rf"^the image {file} is damaged"):
        opened(caches, dataset, threads=2)
    assert not any(entry.is_dir() for entry in caches.iterdir())


def test_a_full_disk_is_one_sentence_and_nothing_is_left(dataset, caches, monkeypatch):
    def full(_stream):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(image_cache.os, "fsync", full)
    with pytest.raises(
        InputError, match=r"cannot make the image cache .*No space left.*go without"
    ):
        opened(caches, dataset)
    assert not any(entry.is_dir() for entry in caches.iterdir())


def test_a_folder_that_cannot_be_made_is_one_sentence(dataset, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot make the image cache"):
        opened(tmp_path / "file" / "caches", dataset)


def open_and_count(caches, root, start, results):
    decoded = []
    image_cache.read_image = lambda file: (decoded.append(file), read_image(file))[1]
    dataset = load_dataset("market1501", root, get_reading("written"))
    start.wait()
    found = opened(caches, dataset)
    results.put((len(decoded), is_of(found, dataset)))


def test_of_jobs_that_begin_together_one_decodes(dataset, caches):
    context = multiprocessing.get_context("fork")
    start, results = context.Barrier(4), context.Queue()
    arguments = (caches, dataset.root.parent, start, results)
    jobs = [context.Process(target=open_and_count, args=arguments) for _ in range(4)]
    for job in jobs:
        job.start()
    found = [results.get(timeout=60) for _ in jobs]
    for job in jobs:
        job.join(60)
    assert sorted(found) == [(0, True), (0, True), (0, True), (5, True)]


def open_slowly(caches, root, reached):
    def slow(file):
        reached.set()
        time.sleep(60)
        return read_image(file)

    image_cache.read_image = slow
    opened(caches, load_dataset("market1501", root, get_reading("written")))


def test_a_killed_job_leaves_no_cache_and_its_remains_go_with_the_next(dataset, caches):
    context = multiprocessing.get_context("fork")
    reached = context.Event()
    job = context.Process(target=open_slowly, args=(caches, dataset.root.parent, reached))
    job.start()
    assert reached.wait(60)
    os.kill(job.pid, signal.SIGKILL)
    job.join(60)
    assert visible(caches) == [] and any(entry.is_dir() for entry in caches.iterdir())
    assert is_of(opened(caches, dataset), dataset)
    assert [entry.name for entry in caches.iterdir() if entry.is_dir()] == visible(caches)


def test_a_cache_is_for_everybody_whom_the_umask_lets(dataset, caches):
    before = os.umask(0o022)
    try:
        opened(caches, dataset)
    finally:
        os.umask(before)
    (name,) = visible(caches)
    assert stat.S_IMODE((caches / name).stat().st_mode) == 0o755
    for file in (caches / name).iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o644


def test_a_process_that_starts_anew_maps_the_file(dataset, caches):
    found = opened(caches, dataset)
    sent = pickle.dumps(found)
    assert len(sent) < 500
    copy = pickle.loads(sent)
    assert isinstance(copy, ImageCache) and np.array_equal(copy.pixels, found.pixels)


def test_a_cache_that_was_cut_short_is_one_sentence(dataset, caches):
    opened(caches, dataset)
    (name,) = visible(caches)
    os.truncate(caches / name / "pixels.bin", 100)
    with pytest.raises(InputError, match=r"is damaged \(pixels.bin has 100 bytes .*delete it$"):
        opened(caches, dataset)
    shapes = caches / name / "shapes.npy"
    for damage in (lambda: os.truncate(shapes, 0), shapes.unlink):
        damage()
        with pytest.raises(InputError, match=r"is damaged \(.*delete it$"):
            opened(caches, dataset)


def test_a_split_without_images(dataset, caches):
    assert len(open_image_cache(caches, "none", (), dataset.root)) == 0
