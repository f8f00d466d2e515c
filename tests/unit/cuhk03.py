"""CUHK03 in its original form and in torchreid's, of a few images, as MATLAB and Python write them.

Three people before the first pair of cameras and one before the second; people 2 and 4 are
tested.
"""

import json

import numpy as np
from PIL import Image
from scipy.io import savemat

NAMES = [
    *("1_001_1_01.png", "1_001_2_06.png"),
    *("1_002_1_01.png", "1_002_1_02.png", "1_002_2_06.png"),
    "1_003_1_05.png",
    *("2_001_1_01.png", "2_001_2_10.png"),
]
LABELS = [1, 1, 2, 2, 2, 3, 844, 844]
CAMERAS = [int(name[6]) for name in NAMES]
TRAIN, QUERY, GALLERY = (0, 1, 5), (2, 4, 6), (3, 7)
"""Places in NAMES."""


def pixels(name):
    """Height x width x 3, of its own size."""
    generator = np.random.default_rng(int(name[:-4].replace("_", "")))
    size = generator.integers(5, 9, 2)
    return generator.integers(0, 256, (*size, 3), dtype=np.uint8)


def write_mat(file, boxes=("detected", "labeled")):
    """cuhk-03.mat, HDF5 of MATLAB 7.3: its arrays have their axes in reverse order."""
    import h5py

    file.parent.mkdir(parents=True, exist_ok=True)
    with h5py.File(file, "w", userblock_size=512) as mat:
        for kind in (*boxes, "testsets"):
            pairs = mat.create_dataset(kind, (1, 5), dtype=h5py.ref_dtype)
            for pair in range(5):
                people = [3, 1, 1, 1, 1][pair]
                cells = mat.create_dataset(
                    f"#refs#/{kind}{pair}", (10, people), dtype=h5py.ref_dtype
                )
                pairs[0, pair] = cells.ref
                for person in range(people):
                    for image in range(10):
                        name = f"{pair + 1}_{person + 1:03d}_{1 + image // 5}_{image + 1:02d}.png"
                        if name in NAMES:
                            content = pixels(name).T
                        else:
                            content = np.zeros(2, np.uint64)
                        place = f"#refs#/{kind}{pair}_{person}_{image}"
                        cells[image, person] = mat.create_dataset(place, data=content).ref
    return file


def write_protocol(folder, boxes="detected", **changes):
    """cuhk03_new_protocol_config_<boxes>.mat."""
    column = {"labels": LABELS, "camId": CAMERAS}
    content = {key: np.array(value, np.uint16)[:, None] for key, value in column.items()}
    splits = {"train": TRAIN, "query": QUERY, "gallery": GALLERY}
    for split, places in splits.items():
        content[f"{split}_idx"] = np.array(places, np.uint16)[:, None] + 1
    names = np.empty((len(NAMES), 1), object)
    names[:, 0] = NAMES
    folder.mkdir(parents=True, exist_ok=True)
    savemat(
        folder / f"cuhk03_new_protocol_config_{boxes}.mat",
        {**content, "filelist": names, **changes},
    )
    return folder


def write_json(folder, boxes="detected", place="/home/someone/data/cuhk03/images_detected/"):
    """images_<boxes>/ and splits_new_<boxes>.json, as torchreid makes them."""
    (folder / f"images_{boxes}").mkdir(parents=True)
    for name in NAMES:
        Image.fromarray(pixels(name)).save(folder / f"images_{boxes}" / name)
    anew = {1: 0, 3: 1}
    split = {
        name: [
            [place + NAMES[i], anew[LABELS[i]] if name == "train" else LABELS[i], CAMERAS[i] - 1]
            for i in places
        ]
        for name, places in {"train": TRAIN, "query": QUERY, "gallery": GALLERY}.items()
    }
    split |= {f"num_{name}_imgs": len(split[name]) for name in ("train", "query", "gallery")}
    (folder / f"splits_new_{boxes}.json").write_text(json.dumps([split]))
    return folder
