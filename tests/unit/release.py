"""The network that the authors released, written out from a checkpoint of theirs.

Names and shapes are the release's; nothing here uses apnet's modules.
"""

import re

import torch
from torch.nn import functional as F

BLOCKS = (3, 4, 6, 3)
WIDTHS = (64, 256, 512, 1024, 2048)
RADIX = 2


def shapes(level, classes):
    """Name -> shape of every parameter of the release at a level, 0 to 2."""
    found = {"base.conv1.weight": (64, 3, 7, 7), **_norm("base.bn1", 64)}
    for stage, blocks in enumerate(BLOCKS, start=1):
        width, inner = WIDTHS[stage], WIDTHS[stage] // 4
        for block in range(blocks):
            name, inputs = f"base.layer{stage}.{block}", WIDTHS[stage - 1] if block == 0 else width
            convolutions = ((inner, inputs, 1), (inner, inner, 3), (width, inner, 1))
            for number, (outputs, channels, side) in enumerate(convolutions, start=1):
                found[f"{name}.conv{number}.weight"] = (outputs, channels, side, side)
                found |= _norm(f"{name}.bn{number}", outputs)
            if block == 0:
                found[f"{name}.downsample.0.weight"] = (width, inputs, 1, 1)
                found |= _norm(f"{name}.downsample.1", width)
    for place, width in enumerate(WIDTHS, start=1):
        if level >= 1:
            found[f"att{place}.fc.0.weight"] = (8, width)
            found[f"att{place}.fc.2.weight"] = (width, 8)
        if level >= 2:
            hidden, shared = max(width * RADIX // 4, 32), width // RADIX
            found[f"att_s{place}.fc1.weight"] = (hidden, shared, 1, 1)
            found[f"att_s{place}.fc1.bias"] = (hidden,)
            found |= _norm(f"att_s{place}.bn1", hidden)
            found[f"att_s{place}.fc2.weight"] = (width, hidden, 1, 1)
            found[f"att_s{place}.fc2.bias"] = (width,)
            found |= _norm(f"BN{place}.bottleneck2", width)
    return found | _norm("bottleneck", 2048) | {"classifier.weight": (classes, 2048)}


def checkpoint(level, classes, seed=0):
    """Double precision, random, with the buffers of every BatchNorm."""
    generator = torch.Generator().manual_seed(seed)
    found = {}
    for name, shape in shapes(level, classes).items():
        values = torch.randn(shape, generator=generator, dtype=torch.float64)
        if len(shape) == 1:
            found[name] = values.abs() / 2 + 0.5 if name.endswith("weight") else values / 5
        else:
            found[name] = values / (values[0].numel() / 2) ** 0.5
    for name in list(_norms(found)):
        width = len(found[f"{name}.weight"])
        found[f"{name}.running_mean"] = torch.randn(width, generator=generator).double() / 5
        found[f"{name}.running_var"] = torch.rand(width, generator=generator).double() + 0.5
        found[f"{name}.num_batches_tracked"] = torch.tensor(1600)
    return found


def doubled(plain):
    """With the second names: `base_1` to `base_5` are nn.Sequential of children of `base`."""
    found = dict(plain)
    for name, tensor in plain.items():
        if match := re.match(r"base\.(conv1|bn1|layer[1-4])\.(.*)", name):
            module, rest = match.groups()
            place = {"conv1": "1.0", "bn1": "1.1"}.get(module)
            found[f"base_{place or f'{int(module[-1]) + 1}.0'}.{rest}"] = tensor
    assert len(found) == len(plain) + sum(name.startswith("base.") for name in plain)
    return found


def _norm(name, width):
    return {f"{name}.weight": (width,), f"{name}.bias": (width,)}


def _norms(found):
    for name, tensor in found.items():
        if name.endswith(".weight") and tensor.ndim == 1:
            yield name.removesuffix(".weight")


def forward(w, images, level, training):
    """(pooled feature, feature after the BN neck, logits) of N x 3 x H x W."""
    x = F.conv2d(images, w["base.conv1.weight"], stride=2, padding=3)
    # The release comments out the ReLU that belongs here.
    x = F.max_pool2d(_batchnorm(x, w, "base.bn1", training), 3, stride=2, padding=1)
    x = _attend(x, w, 1, level, training)
    for stage, blocks in enumerate(BLOCKS, start=1):
        for block in range(blocks):
            stride = 2 if block == 0 and stage in (2, 3) else 1
            x = _bottleneck(x, w, f"base.layer{stage}.{block}", stride, training)
        x = _attend(x, w, stage + 1, level, training)
    feature = F.adaptive_avg_pool2d(x, 1).flatten(1)
    after = _batchnorm(feature, w, "bottleneck", training)
    return feature, after, F.linear(after, w["classifier.weight"])


def _batchnorm(x, w, name, training):
    mean, var = (None, None) if training else (w[f"{name}.running_{s}"] for s in ("mean", "var"))
    return F.batch_norm(x, mean, var, w[f"{name}.weight"], w[f"{name}.bias"], training)


def _bottleneck(x, w, name, stride, training):
    out = F.relu(_batchnorm(F.conv2d(x, w[f"{name}.conv1.weight"]), w, f"{name}.bn1", training))
    out = F.conv2d(out, w[f"{name}.conv2.weight"], stride=stride, padding=1)
    out = F.relu(_batchnorm(out, w, f"{name}.bn2", training))
    out = _batchnorm(F.conv2d(out, w[f"{name}.conv3.weight"]), w, f"{name}.bn3", training)
    if f"{name}.downsample.0.weight" in w:
        x = F.conv2d(x, w[f"{name}.downsample.0.weight"], stride=stride)
        x = _batchnorm(x, w, f"{name}.downsample.1", training)
    return F.relu(out + x)


def _attend(x, w, place, level, training):
    """The levels of one place, from fine to coarse."""
    if level >= 2:
        x = _split_attention(x, w, f"att_s{place}", training)
        x = _batchnorm(x, w, f"BN{place}.bottleneck2", training)
    if level >= 1:
        pooled = F.adaptive_avg_pool2d(x, 1).flatten(1)
        hidden = F.relu(F.linear(pooled, w[f"att{place}.fc.0.weight"]))
        scale = torch.sigmoid(F.linear(hidden, w[f"att{place}.fc.2.weight"]))
        x = x * scale[:, :, None, None]
    return x


def _split_attention(x, w, name, training):
    parts = torch.split(x, x.shape[1] // RADIX, dim=1)
    gap = F.adaptive_avg_pool2d(sum(parts), 1)
    gap = F.conv2d(gap, w[f"{name}.fc1.weight"], w[f"{name}.fc1.bias"])
    gap = F.relu(_batchnorm(gap, w, f"{name}.bn1", training))
    logits = F.conv2d(gap, w[f"{name}.fc2.weight"], w[f"{name}.fc2.bias"])
    shares = F.softmax(logits.view(len(x), RADIX, -1), dim=1)
    return torch.cat([p * shares[:, j, :, None, None] for j, p in enumerate(parts)], dim=1)
