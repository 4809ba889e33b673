"""Reference results of PyTorch in float64, for tests that run without PyTorch.

    pip install torch==2.13.0
    python tests/golden/make_golden.py

writes dense_networks.json into the same folder: inputs and results. course_lib is not imported.
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


def randn(*shape):
    return torch.tensor(rng.normal(size=shape))


def gradients(output, inputs, upstream):
    """The gradients of Σ output · upstream with respect to the inputs, as lists."""
    return [g.numpy().tolist() for g in torch.autograd.grad((output * upstream).sum(), inputs)]


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
    results = {"z": z.tolist()}
    for name, f in functions.items():
        a = f(z)
        results[name] = {"a": a.tolist(), "slope": gradients(a, [z], torch.ones_like(z))[0]}
    Z, dA = randn(4, 3), randn(4, 3)
    results["softmax"] = {"Z": Z.tolist(), "P": functional.softmax(Z, dim=-1).tolist()}
    Z.requires_grad_()
    results["layer"] = {"Z": Z.tolist(), "dA": dA.tolist()}
    results["layer"]["dZ"] = gradients(torch.tanh(Z), [Z], dA)[0]
    return results


def dense():
    X, W, b, dZ = randn(5, 4), randn(4, 3), randn(3), randn(5, 3)
    for leaf in (X, W, b):
        leaf.requires_grad_()
    Z = functional.linear(X, W.T, b)
    dX, dW, db = gradients(Z, [X, W, b], dZ)
    given = {"X": X.tolist(), "W": W.tolist(), "b": b.tolist(), "dZ": dZ.tolist()}
    return given | {"Z": Z.tolist(), "dX": dX, "dW": dW, "db": db}


def flatten():
    X, dZ = randn(3, 2, 4, 2), randn(3, 16)
    X.requires_grad_()
    Z = torch.flatten(X, 1)
    return {"X": X.tolist(), "dZ": dZ.tolist(), "Z": Z.tolist(), "dX": gradients(Z, [X], dZ)[0]}


def losses():
    classes = torch.tensor([0, 2, 1, 2, 0])
    soft = functional.softmax(randn(5, 3), dim=1)
    yes = torch.tensor([[0.0], [1.0], [1.0], [0.0], [0.25]])
    extreme = torch.tensor([[700.0], [-700.0], [30.0], [-30.0], [0.0]])
    cases = {
        "MSE": [(randn(5, 3), randn(5, 3)), (randn(5, 1) * 100, randn(5, 1))],
        "BINARY_CROSS_ENTROPY": [(randn(5, 1) * 3, yes), (extreme, yes)],
        "SOFTMAX_CROSS_ENTROPY": [
            (randn(5, 3) * 3, functional.one_hot(classes, 3).double()),
            (randn(5, 3) * 300, functional.one_hot(classes, 3).double()),
            (randn(5, 3), soft),
        ],
    }
    functions = {
        "MSE": lambda Z, Y: functional.mse_loss(Z, Y, reduction="sum") / len(Z),
        "BINARY_CROSS_ENTROPY": functional.binary_cross_entropy_with_logits,
        "SOFTMAX_CROSS_ENTROPY": functional.cross_entropy,
    }
    results = {}
    for name, pairs in cases.items():
        results[name] = []
        for Z, Y in pairs:
            Z.requires_grad_()
            value = functions[name](Z, Y)
            entry = {"Z": Z.tolist(), "Y": Y.tolist(), "value": value.item()}
            results[name].append(entry | {"grad": gradients(value, [Z], 1)[0]})
    return results


def two_layers(W1, b1, W2, b2, X):
    return torch.tanh(X @ W1 + b1) @ W2 + b2


def trained(X, Y, start, make):
    """The flattened weights after `SHOWN_STEPS` of 20 steps on the softmax cross-entropy."""
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
    X, Y = randn(6, 3), functional.one_hot(torch.tensor([0, 1, 1, 0, 1, 0]), 2).double()
    start = [randn(3, 4), randn(4), randn(4, 2), randn(2)]

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
    results = {"X": X.tolist(), "Y": Y.tolist(), "start": [w.tolist() for w in start]}
    return results | {name: trained(X, Y, start, make) for name, make in makers.items()}


def readable(golden):
    """Format as JSON, with each row of numbers on one line."""
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
