"""Adam without PyTorch's compiler, whose import would take as long as that of torch itself."""

from inspect import unwrap

import torch


class Adam(torch.optim.Adam):
    """PyTorch's Adam, computed as there, with its methods as they are under their wrappers.

    The wrappers keep a compiler that is tracing out, or let it in, and load it for that at the
    first call. A step of the optimiser is never compiled here.
    """

    step = torch.no_grad()(unwrap(torch.optim.Adam.step))
    add_param_group = unwrap(torch.optim.Adam.add_param_group)
    zero_grad = unwrap(torch.optim.Adam.zero_grad)
    state_dict = unwrap(torch.optim.Adam.state_dict)
    load_state_dict = unwrap(torch.optim.Adam.load_state_dict)
