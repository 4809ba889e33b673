"""Values and gradients compared with PyTorch's in float64: see golden/make_*.py."""

import json
from pathlib import Path

import numpy as np
import pytest

from course_lib import activations, losses
from course_lib.conv import AvgPool2D, Conv2D, MaxPool2D
from course_lib.layers import Activation, Dense, Flatten
from course_lib.losses import SOFTMAX_CROSS_ENTROPY
from course_lib.network import Network
from course_lib.optimizers import SGD, Adam

FOLDER = Path(__file__).with_name("golden")
GOLDEN = json.loads((FOLDER / "dense_networks.json").read_text())
PICTURES = json.loads((FOLDER / "pictures.json").read_text())


def same(ours, theirs):
    return np.allclose(ours, np.array(theirs), rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("name", sorted(GOLDEN["activations"].keys() - {"z", "softmax", "layer"}))
def test_activations(name):
    z, golden = GOLDEN["activations"]["z"], GOLDEN["activations"][name]
    assert same(getattr(activations, name)(z), golden["a"])
    assert same(getattr(activations, f"{name}_prime")(z), golden["slope"])


def test_softmax():
    golden = GOLDEN["activations"]["softmax"]
    assert same(activations.softmax(golden["Z"]), golden["P"])


def test_an_activation_layer():
    golden = GOLDEN["activations"]["layer"]
    layer = Activation(activations.tanh, activations.tanh_prime)
    layer.forward(golden["Z"])
    assert same(layer.backward(golden["dA"]), golden["dZ"])


def test_dense(rng):
    golden = GOLDEN["dense"]
    layer = Dense(4, 3, rng=rng)
    layer.W.value, layer.b.value = golden["W"], golden["b"]
    assert same(layer.forward(golden["X"]), golden["Z"])
    assert same(layer.backward(np.array(golden["dZ"])), golden["dX"])
    assert same(layer.W.grad, golden["dW"]) and same(layer.b.grad, golden["db"])


def test_flatten():
    golden = GOLDEN["flatten"]
    layer = Flatten()
    assert same(layer.forward(golden["X"]), golden["Z"])
    assert same(layer.backward(np.array(golden["dZ"])), golden["dX"])


@pytest.mark.parametrize(
    ("name", "golden"),
    [(name, golden) for name, cases in GOLDEN["losses"].items() for golden in cases],
)
def test_losses(name, golden):
    loss = getattr(losses, name)
    assert same(loss.value(golden["Z"], golden["Y"]), golden["value"])
    assert same(loss.grad(golden["Z"], golden["Y"]), golden["grad"])


OPTIMIZERS = {
    "sgd": lambda net: SGD(net, lr=0.1),
    "momentum": lambda net: SGD(net, lr=0.1, momentum=0.9),
    "decay": lambda net: SGD(net, lr=0.1, weight_decay=0.05),
    "both": lambda net: SGD(net, lr=0.1, momentum=0.9, weight_decay=0.05),
    "adam": lambda net: Adam(net, lr=0.05),
    "adam_betas": lambda net: Adam(net, lr=0.05, beta1=0.7, beta2=0.9, eps=1e-3),
    "adam_decay": lambda net: Adam(net, lr=0.05, weight_decay=0.05),
}


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_twenty_steps(name, rng):
    golden = GOLDEN["training"]
    X, Y = np.array(golden["X"]), np.array(golden["Y"])
    tanh = Activation(activations.tanh, activations.tanh_prime)
    net = Network(Dense(3, 4, rng=rng), tanh, Dense(4, 2, rng=rng))
    for parameter, start in zip(net.parameters, golden["start"], strict=True):
        parameter.value = start
    optimizer = OPTIMIZERS[name](net)
    for step in range(1, 21):
        net.backward(SOFTMAX_CROSS_ENTROPY.grad(net.forward(X), Y))
        if step == 1:
            assert same(net.grad, golden[name]["gradient"])
        optimizer.step()
        if str(step) in golden[name]:
            assert same(net.theta, golden[name][str(step)]), f"{name}, step {step}"
    assert "20" in golden[name]


def settings_of(golden):
    return "-".join(str(golden[name]) for name in ("size", "stride", "pad") if name in golden)


@pytest.mark.parametrize("golden", PICTURES["Conv2D"], ids=settings_of)
def test_convolution(golden, rng):
    size, stride, pad = (golden[name] for name in ("size", "stride", "pad"))
    layer = Conv2D(2, 2, size, stride=stride, pad=pad, rng=rng)
    layer.W.value, layer.b.value = np.array(golden["W"]), np.array(golden["b"])
    assert same(layer.forward(np.array(golden["X"])), golden["Z"])
    assert same(layer.backward(np.array(golden["dZ"])), golden["dX"])
    assert same(layer.W.grad, golden["dW"]) and same(layer.b.grad, golden["db"])


@pytest.mark.parametrize("pool", [MaxPool2D, AvgPool2D])
@pytest.mark.parametrize("number", range(len(PICTURES["MaxPool2D"])))
def test_pools_with_ties(pool, number):
    golden = PICTURES[pool.__name__][number]
    layer = pool(golden["size"], stride=golden["stride"])
    assert same(layer.forward(np.array(golden["X"])), golden["Z"])
    assert same(layer.backward(np.array(golden["dZ"])), golden["dX"])
