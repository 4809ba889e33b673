"""Numbers that PyTorch computes in float64, for tests that then need no PyTorch.

    pip install torch==2.13.0
    python tests/golden/make_golden.py

writes dense_networks.json beside this file: inputs, and what PyTorch makes of them. Nothing
of course_lib is imported here.
"""

import json
import re
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional

torch.set_default_dtype(torch.float64)
rng = np.random.default_rng(20)
SHOWN_STEPS = (1, 2, 5, 20)


def drawn(*shape):
    return torch.tensor(rng.normal(size=shape))


def slopes(output, inputs, towards):
    """∂(Σ output · towards) by each of the inputs: what a backward pass returns."""
    return [g.numpy().tolist() for g in torch.autograd.grad((output * towards).sum(), inputs)]


def activations():
    z = torch.tensor([-40.0, -3.2, -1.0, -1e-3, 0.0, 1e-3, 0.5, 2.0, 40.0], requires_grad=True)
    functions = {
        "sigmoid": torch.sigmoid,
        "tanh": torch.tanh,
        "relu": torch.relu,
        "leaky_relu": lambda z: functional.leaky_relu(z, 0.01),
        "absolute": torch.abs,
        "identity": lambda z: z * 1,
    }
    found = {"z": z.tolist()}
    for name, f in functions.items():
        a = f(z)
        found[name] = {"a": a.tolist(), "slope": slopes(a, [z], torch.ones_like(z))[0]}
    Z, dA = drawn(4, 3), drawn(4, 3)
    found["softmax"] = {"Z": Z.tolist(), "P": functional.softmax(Z, dim=-1).tolist()}
    Z.requires_grad_()
    found["layer"] = {"Z": Z.tolist(), "dA": dA.tolist()}
    found["layer"]["dZ"] = slopes(torch.tanh(Z), [Z], dA)[0]
    return found


def dense():
    X, W, b, dZ = drawn(5, 4), drawn(4, 3), drawn(3), drawn(5, 3)
    for leaf in (X, W, b):
        leaf.requires_grad_()
    Z = functional.linear(X, W.T, b)
    dX, dW, db = slopes(Z, [X, W, b], dZ)
    given = {"X": X.tolist(), "W": W.tolist(), "b": b.tolist(), "dZ": dZ.tolist()}
    return given | {"Z": Z.tolist(), "dX": dX, "dW": dW, "db": db}


def flatten():
    X, dZ = drawn(3, 2, 4, 2), drawn(3, 16)
    X.requires_grad_()
    Z = torch.flatten(X, 1)
    return {"X": X.tolist(), "dZ": dZ.tolist(), "Z": Z.tolist(), "dX": slopes(Z, [X], dZ)[0]}


def losses():
    classes = torch.tensor([0, 2, 1, 2, 0])
    soft = functional.softmax(drawn(5, 3), dim=1)
    yes = torch.tensor([[0.0], [1.0], [1.0], [0.0], [0.25]])
    extreme = torch.tensor([[700.0], [-700.0], [30.0], [-30.0], [0.0]])
    cases = {
        "MSE": [(drawn(5, 3), drawn(5, 3)), (drawn(5, 1) * 100, drawn(5, 1))],
        "BINARY_CROSS_ENTROPY": [(drawn(5, 1) * 3, yes), (extreme, yes)],
        "SOFTMAX_CROSS_ENTROPY": [
            (drawn(5, 3) * 3, functional.one_hot(classes, 3).double()),
            (drawn(5, 3) * 300, functional.one_hot(classes, 3).double()),
            (drawn(5, 3), soft),
        ],
    }
    functions = {
        "MSE": lambda Z, Y: functional.mse_loss(Z, Y, reduction="sum") / len(Z),
        "BINARY_CROSS_ENTROPY": functional.binary_cross_entropy_with_logits,
        "SOFTMAX_CROSS_ENTROPY": functional.cross_entropy,
    }
    found = {}
    for name, pairs in cases.items():
        found[name] = []
        for Z, Y in pairs:
            Z.requires_grad_()
            value = functions[name](Z, Y)
            entry = {"Z": Z.tolist(), "Y": Y.tolist(), "value": value.item()}
            found[name].append(entry | {"grad": slopes(value, [Z], 1)[0]})
    return found


def two_layers(W1, b1, W2, b2, X):
    return torch.tanh(X @ W1 + b1) @ W2 + b2


def trained(X, Y, start, make):
    """All weights in one row after some of 20 steps on the softmax cross-entropy."""
    weights = [torch.nn.Parameter(array.clone()) for array in start]
    optimizer = make(weights)
    rows = {}
    for step in range(1, 21):
        optimizer.zero_grad()
        functional.cross_entropy(two_layers(*weights, X), Y).backward()
        if step == 1:
            rows["gradient"] = torch.cat([w.grad.ravel() for w in weights]).tolist()
        optimizer.step()
        if step in SHOWN_STEPS:
            rows[str(step)] = torch.cat([w.detach().ravel() for w in weights]).tolist()
    return rows


def training():
    X, Y = drawn(6, 3), functional.one_hot(torch.tensor([0, 1, 1, 0, 1, 0]), 2).double()
    start = [drawn(3, 4), drawn(4), drawn(4, 2), drawn(2)]

    def groups(weights, weight_decay):
        W1, b1, W2, b2 = weights
        return [
            {"params": [W1, W2], "weight_decay": weight_decay},
            {"params": [b1, b2], "weight_decay": 0.0},
        ]

    makers = {
        "sgd": lambda w: torch.optim.SGD(w, lr=0.1),
        "momentum": lambda w: torch.optim.SGD(w, lr=0.1, momentum=0.9),
        "decay": lambda w: torch.optim.SGD(groups(w, 0.05), lr=0.1),
        "both": lambda w: torch.optim.SGD(groups(w, 0.05), lr=0.1, momentum=0.9),
        "adam": lambda w: torch.optim.Adam(w, lr=0.05),
        "adam_betas": lambda w: torch.optim.Adam(w, lr=0.05, betas=(0.7, 0.9), eps=1e-3),
        "adam_decay": lambda w: torch.optim.Adam(groups(w, 0.05), lr=0.05),
    }
    found = {"X": X.tolist(), "Y": Y.tolist(), "start": [w.tolist() for w in start]}
    return found | {name: trained(X, Y, start, make) for name, make in makers.items()}


def readable(golden):
    """JSON with the numbers of a row in one line."""
    text = json.dumps(golden, indent=1)
    return re.sub(r"\[[^][{}]+\]", lambda row: " ".join(row[0].split()), text) + "\n"


if __name__ == "__main__":
    golden = {
        "made by": f"PyTorch {torch.__version__.partition('+')[0]}, float64",
        "activations": activations(),
        "dense": dense(),
        "flatten": flatten(),
        "losses": losses(),
        "training": training(),
    }
    place = Path(__file__).with_name("dense_networks.json")
    place.write_text(readable(golden), encoding="utf-8")
