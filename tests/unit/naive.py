"""Attention written out part by part and position by position, from raw weights.

Nothing here is fast, and nothing here uses apnet's modules: the tests compare these
formulas with what the modules compute. `w` maps a module's state-dict names to tensors.
"""

import torch


def randomise(module, seed=0):
    """Double precision, random parameters and statistics, so that every term counts.

    Biases lean to the positive: a narrow layer's ReLUs should not all be shut.
    """
    generator = torch.Generator().manual_seed(seed)
    module.double()
    for name, tensor in module.state_dict().items():
        if tensor.is_floating_point():
            values = torch.randn(tensor.shape, generator=generator, dtype=tensor.dtype) * 0.5
            values = values.abs() + 0.5 if name.endswith("running_var") else values
            tensor.copy_(values + 0.5 if name.endswith("bias") else values)
    return module


def under(w, prefix):
    return {k.removeprefix(prefix + "."): v for k, v in w.items() if k.startswith(prefix + ".")}


def batchnorm(x, w, training):
    """Of N x C x ...; statistics are over everything but C."""
    shape = (1, -1) + (1,) * (x.ndim - 2)
    if training:
        flat = x.transpose(0, 1).flatten(1)
        mean, var = flat.mean(dim=1), ((flat - flat.mean(dim=1, keepdim=True)) ** 2).mean(dim=1)
    else:
        mean, var = w["running_mean"], w["running_var"]
    x = (x - mean.view(shape)) / (var.view(shape) + 1e-5).sqrt()
    return x * w["weight"].view(shape) + w["bias"].view(shape)


def pool(x):
    return x.sum(dim=3).sum(dim=2) / (x.shape[2] * x.shape[3])


def relu(x):
    return x * (x > 0)


def squeeze_excitation(x, w):
    """Eq. 5 for each part apart, merged by concatenation (Eq. 2), before the sigmoid."""
    parts, _, width = w["squeeze.weight"].shape
    maps = []
    for j in range(parts):
        pooled = pool(x[:, j * width : (j + 1) * width])
        maps.append(relu(pooled @ w["squeeze.weight"][j].T) @ w["excite.weight"][j].T)
    return torch.cat(maps, dim=1)


def split_attention(x, w, parts, training):
    """The release's bottleneck over the sum of the parts, before the softmax: N x parts x d."""
    width = x.shape[1] // parts
    total = sum(x[:, j * width : (j + 1) * width] for j in range(parts))
    hidden = pool(total) @ w["fc1.weight"].T + w["fc1.bias"]
    hidden = relu(batchnorm(hidden, under(w, "bn1"), training))
    logits = hidden @ w["fc2.weight"].T + w["fc2.bias"]
    return torch.stack([logits[:, j * width : (j + 1) * width] for j in range(parts)], dim=1)


def softmax_over_parts(logits):
    shares = logits.exp() / logits.exp().sum(dim=1, keepdim=True)
    return torch.cat([shares[:, j] for j in range(shares.shape[1])], dim=1)


def of_part(w, part, parts):
    """The weights of one part of a module that stores those of all parts together."""
    found = {}
    for name, tensor in w.items():
        if name.endswith("num_batches_tracked"):
            continue
        if ".norm." in name or name.startswith("norm."):
            tensor = tensor.reshape(parts, -1)
        found[name] = tensor[part]
    return found


def _embed(columns, w, training):
    """1x1 convolution, BatchNorm of N x C x S."""
    mixed = torch.einsum("oc,ncs->nos", w["linear.weight"], columns)
    return batchnorm(mixed, under(w, "norm"), training)


def relation_aware(x, w, training):
    """RGA-S (Eq. 4) of one part, one position after another, before the sigmoid: N x 1 x H x W."""
    n, channels, height, width = x.shape
    nodes = x.reshape(n, channels, height * width)
    embedded = relu(_embed(nodes, under(w, "embed"), training))
    third = embedded.shape[1] // 3
    theta, phi, own = (embedded[:, i * third : (i + 1) * third] for i in range(3))
    positions = range(height * width)
    stacks = []
    for p in positions:
        outgoing = [(theta[:, :, p] * phi[:, :, q]).sum(dim=1) for q in positions]
        incoming = [(theta[:, :, q] * phi[:, :, p]).sum(dim=1) for q in positions]
        stacks.append(torch.stack(outgoing + incoming, dim=1))
    relations = relu(_embed(torch.stack(stacks, dim=2), under(w, "relate"), training))
    joint = torch.cat([own.mean(dim=1, keepdim=True), relations], dim=1)
    hidden = relu(_embed(joint, under(w, "weigh.0"), training))
    return _embed(hidden, under(w, "weigh.1"), training).reshape(n, 1, height, width)


def assert_same(module, formula, x):
    """Module and formula agree on the output and on every gradient, to 1e-10."""
    x = x.double().requires_grad_()
    trained = {n: p for n, p in module.named_parameters() if p.requires_grad}
    statistics = {n: b.clone() for n, b in module.named_buffers()}
    expected = formula(x, dict(module.named_parameters()) | statistics)
    found = module(x)
    torch.testing.assert_close(found, expected, rtol=1e-10, atol=1e-10)
    direction = torch.randn(found.shape, generator=torch.Generator().manual_seed(9)).double()
    ours = torch.autograd.grad((found * direction).sum(), [x, *trained.values()])
    naive = torch.autograd.grad((expected * direction).sum(), [x, *trained.values()])
    # A ReLU one unit wide may be shut, and then what feeds it has no gradient to compare.
    alive = [bool(gradient.any()) for gradient in naive]
    assert alive[0] and sum(alive) > len(alive) / 2
    for name, one, other in zip(["input", *trained], ours, naive, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-8, atol=1e-10, msg=lambda m, n=name: n + m)
