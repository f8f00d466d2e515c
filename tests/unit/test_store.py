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
from apnet.data.pipeline import image_cache as store
from apnet.data.pipeline.image_cache import Store, open_store
from apnet.errors import InputError


@pytest.fixture
def dataset(tmp_path):
    tiny.write(tmp_path / "market1501", tiny.MARKET)
    return load_dataset("market1501", tmp_path, get_reading("written"))


@pytest.fixture
def stores(tmp_path):
    return tmp_path / "stores"


def opened(stores, dataset, split="train", say=lambda line: None, **options):
    samples = getattr(dataset, split)
    return open_store(stores, f"market1501-{split}", samples, dataset.root, say=say, **options)


def is_of(found, dataset, split="train"):
    samples = getattr(dataset, split)
    return len(found) == len(samples) and all(
        np.array_equal(found[index], read_image(dataset.root / sample.path))
        for index, sample in enumerate(samples)
    )


def visible(stores):
    return sorted(file.name for file in stores.iterdir() if not file.name.startswith("."))


@pytest.fixture
def no_decoding(monkeypatch):
    def refuse(file):
        raise AssertionError(f"decoded {file}")

    monkeypatch.setattr(store, "read_image", refuse)


def test_a_store_holds_what_the_files_hold(dataset, stores):
    for split in ("train", "query", "gallery"):
        assert is_of(opened(stores, dataset, split, threads=2), dataset, split)
    assert len(visible(stores)) == 3


def test_images_of_any_size_lie_side_by_side(dataset, stores):
    for number, sample in enumerate(dataset.train):
        tiny.draw(dataset.root / sample.path, size=(8 + number, 16 + 3 * number))
    found = opened(stores, dataset)
    assert is_of(found, dataset)
    assert len(set(map(tuple, found.shapes.tolist()))) == len(dataset.train)


def test_a_store_is_made_once(dataset, stores, request):
    said = []
    first = opened(stores, dataset, say=said.append)
    assert [line.split(" into")[0] for line in said] == ["decoding 5 images"]
    request.getfixturevalue("no_decoding")
    again = opened(stores, dataset, say=said.append)
    assert len(said) == 1 and np.array_equal(first.pixels, again.pixels)


def test_a_finished_store_is_used_where_nothing_can_be_written(dataset, stores, no_decoding):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store, "read_image", read_image)
        opened(stores, dataset)
    for folder in (*stores.iterdir(), stores):
        if folder.is_dir():
            folder.chmod(0o555)
    assert is_of(opened(stores, dataset), dataset)


def test_a_changed_image_makes_the_store_anew(dataset, stores):
    before = opened(stores, dataset)
    (name,) = visible(stores)
    file = dataset.root / dataset.train[2].path
    content, times = file.read_bytes(), file.stat()
    tiny.draw(file, size=(9, 17))
    found = opened(stores, dataset)
    assert is_of(found, dataset) and len(visible(stores)) == 1 and visible(stores) != [name]
    assert before[2].shape == (16, 8, 3)  # who has it open goes on with what it was
    file.write_bytes(content)
    os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))
    opened(stores, dataset)
    assert visible(stores) == [name]


def test_same_names_elsewhere_and_another_list_have_stores_of_their_own(dataset, stores, tmp_path):
    opened(stores, dataset)
    tiny.write(tmp_path / "copy" / "market1501", tiny.MARKET)
    opened(stores, load_dataset("market1501", tmp_path / "copy", get_reading("written")))
    open_store(stores, "market1501-train", dataset.train[:3], dataset.root)
    assert len(visible(stores)) == 3


def test_another_decoder_has_a_store_of_its_own(dataset, stores, monkeypatch):
    opened(stores, dataset)
    monkeypatch.setattr(store, "pillow", "99.0")
    said = []
    opened(stores, dataset, say=said.append)
    assert len(said) == 1 and len(visible(stores)) == 2


def test_a_damaged_image_is_named_and_nothing_is_left(dataset, stores):
    file = dataset.root / dataset.train[3].path
    file.write_bytes(file.read_bytes()[:-200])
    with pytest.raises(InputError, match=rf"^the image {file} is damaged"):
        opened(stores, dataset, threads=2)
    assert not any(entry.is_dir() for entry in stores.iterdir())


def test_a_full_disk_is_one_sentence_and_nothing_is_left(dataset, stores, monkeypatch):
    def full(_stream):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(store.os, "fsync", full)
    with pytest.raises(InputError, match=r"cannot make the store .*No space left.*go without"):
        opened(stores, dataset)
    assert not any(entry.is_dir() for entry in stores.iterdir())


def test_a_folder_that_cannot_be_made_is_one_sentence(dataset, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot make the store"):
        opened(tmp_path / "file" / "stores", dataset)


def open_and_count(stores, root, start, results):
    decoded = []
    store.read_image = lambda file: (decoded.append(file), read_image(file))[1]
    dataset = load_dataset("market1501", root, get_reading("written"))
    start.wait()
    found = opened(stores, dataset)
    results.put((len(decoded), is_of(found, dataset)))


def test_of_jobs_that_begin_together_one_decodes(dataset, stores):
    context = multiprocessing.get_context("fork")
    start, results = context.Barrier(4), context.Queue()
    arguments = (stores, dataset.root.parent, start, results)
    jobs = [context.Process(target=open_and_count, args=arguments) for _ in range(4)]
    for job in jobs:
        job.start()
    found = [results.get(timeout=60) for _ in jobs]
    for job in jobs:
        job.join(60)
    assert sorted(found) == [(0, True), (0, True), (0, True), (5, True)]


def open_slowly(stores, root, reached):
    def slow(file):
        reached.set()
        time.sleep(60)
        return read_image(file)

    store.read_image = slow
    opened(stores, load_dataset("market1501", root, get_reading("written")))


def test_a_killed_job_leaves_no_store_and_its_remains_go_with_the_next(dataset, stores):
    context = multiprocessing.get_context("fork")
    reached = context.Event()
    job = context.Process(target=open_slowly, args=(stores, dataset.root.parent, reached))
    job.start()
    assert reached.wait(60)
    os.kill(job.pid, signal.SIGKILL)
    job.join(60)
    assert visible(stores) == [] and any(entry.is_dir() for entry in stores.iterdir())
    assert is_of(opened(stores, dataset), dataset)
    assert [entry.name for entry in stores.iterdir() if entry.is_dir()] == visible(stores)


def test_a_store_is_for_everybody_whom_the_umask_lets(dataset, stores):
    before = os.umask(0o022)
    try:
        opened(stores, dataset)
    finally:
        os.umask(before)
    (name,) = visible(stores)
    assert stat.S_IMODE((stores / name).stat().st_mode) == 0o755
    for file in (stores / name).iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o644


def test_a_process_that_starts_anew_maps_the_file(dataset, stores):
    found = opened(stores, dataset)
    sent = pickle.dumps(found)
    assert len(sent) < 500
    copy = pickle.loads(sent)
    assert isinstance(copy, Store) and np.array_equal(copy.pixels, found.pixels)


def test_a_store_that_was_cut_short_is_one_sentence(dataset, stores):
    opened(stores, dataset)
    (name,) = visible(stores)
    os.truncate(stores / name / "pixels.bin", 100)
    with pytest.raises(InputError, match=r"is damaged \(pixels.bin has 100 bytes .*delete it$"):
        opened(stores, dataset)
    shapes = stores / name / "shapes.npy"
    for damage in (lambda: os.truncate(shapes, 0), shapes.unlink):
        damage()
        with pytest.raises(InputError, match=r"is damaged \(.*delete it$"):
            opened(stores, dataset)


def test_a_split_without_images(dataset, stores):
    assert len(open_store(stores, "none", (), dataset.root)) == 0
