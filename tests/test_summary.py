import numpy as np
import pytest
from networks import activation, two_layers

from course_lib.checks import ShapeError
from course_lib.layers import Dense, Flatten
from course_lib.network import Network


def test_a_summary_by_hand(rng):
    net = Network(Flatten(), Dense(6, 4, rng=rng), activation("relu"), Dense(4, 3, rng=rng))
    summary = net.summary((2, 3))
    # weights 6·4 + 4 and 4·3 + 3; products 6·4 and 4·3
    assert [row.parameters for row in summary.rows] == [0, 28, 0, 15]
    assert [row.multiplications for row in summary.rows] == [0, 24, 0, 12]
    assert [row.output_shape for row in summary.rows] == [(6,), (4,), (4,), (3,)]
    assert (summary.parameters, summary.multiplications) == (43, 36)
    assert summary.output_shape == (3,) and summary.parameters == net.theta.size


def test_it_prints_as_a_table(rng):
    assert repr(two_layers(rng, 64, 64, 10, "relu").summary(64)).splitlines() == [
        "layer             output   parameters  multiplications",
        "input             (m, 64)",
        "Dense(64, 64)     (m, 64)       4,160            4,096",
        "Activation(relu)  (m, 64)           0                0",
        "Dense(64, 10)     (m, 10)         650              640",
        "total                           4,810            4,736",
    ]


def test_its_shapes_are_those_of_a_run(rng):
    net = Network(Flatten(), Dense(12, 5, rng=rng), activation("tanh"), Dense(5, 2, rng=rng))
    A = np.ones((7, 2, 2, 3))
    for row, layer in zip(net.summary(A.shape[1:]).rows, net.layers, strict=True):
        A = layer.forward(A)
        assert A.shape == (7, *row.output_shape)


@pytest.mark.parametrize("shape", [(0,), (2.5,), "3", (), None, [3]])
def test_a_shape_is_whole_numbers(shape, rng):
    with pytest.raises(ValueError, match="summary: input_shape is .*such as"):
        two_layers(rng).summary(shape)


def test_layers_that_do_not_fit_are_named(rng):
    with pytest.raises(ShapeError, match=r"Dense: an example has shape \(4,\), expected \(3,\)"):
        two_layers(rng).summary(4)
    net = Network(Dense(3, 4, rng=rng), Dense(5, 2, rng=rng))
    with pytest.raises(ShapeError, match=r"an example has shape \(4,\), expected \(5,\)"):
        net.summary(3)
