"""Optimisers: the step of every weight, from the gradient.

Each keeps the network that it moves as `net` and has one method, `step()`, which reads
`net.grad` and changes `net.theta`, all weights at once; `net.grad` stays as it was. With
weight decay λ, the gradient of every weight (never of a bias) is increased by λW.

`lr`, the length of a step (η), may be changed at any time. All raise ValueError for a
setting out of its range, and TypeError if `net` is not a Network.
"""

import numpy as np

from course_lib.checks import expect_between
from course_lib.network import Network, penalty

__all__ = ["SGD", "Adam"]


class SGD:
    """Gradient descent with momentum μ: v ← μ v + g, then θ ← θ - η v.

    With μ = 0 it is plain gradient descent; stochastic, when the gradient comes from a
    mini-batch. Source: Polyak (1964), in the form of Sutskever et al. (2013) with η taken
    out of v; notebooks 02 and 06.
    """

    def __init__(self, net, *, lr, momentum=0.0, weight_decay=0.0):
        _expect_network("SGD", net)
        self.net = net
        self.lr = expect_between("SGD", "lr", lr, 0)
        self.momentum = expect_between("SGD", "momentum", momentum, 0, 1, closed=True)
        self.weight_decay = expect_between("SGD", "weight_decay", weight_decay, 0, closed=True)
        self.v = np.zeros_like(net.theta)

    def step(self):
        """Move all weights once."""
        g = _decayed_gradient(self.net, self.weight_decay)
        self.v = self.momentum * self.v + g
        self.net.theta -= self.lr * self.v  # (6.4)

    def __repr__(self):
        return f"SGD(lr={self.lr}, momentum={self.momentum}, weight_decay={self.weight_decay})"


class Adam:
    """Steps of about the length η in each direction, whatever the size of the gradient.

    m ← β₁ m + (1 - β₁) g        the mean of the gradient, running
    v ← β₂ v + (1 - β₂) g²       the mean of its square, running
    m̂ = m / (1 - β₁ᵗ),  v̂ = v / (1 - β₂ᵗ)      both began at zero: the bias is corrected
    θ ← θ - η m̂ / (√v̂ + ε)

    t counts the steps. Source: Kingma & Ba (2015), algorithm 1; notebook 07.
    """

    def __init__(self, net, *, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.0):
        _expect_network("Adam", net)
        self.net = net
        self.lr = expect_between("Adam", "lr", lr, 0)
        self.beta1 = expect_between("Adam", "beta1", beta1, 0, 1, closed=True)
        self.beta2 = expect_between("Adam", "beta2", beta2, 0, 1, closed=True)
        self.eps = expect_between("Adam", "eps", eps, 0)
        self.weight_decay = expect_between("Adam", "weight_decay", weight_decay, 0, closed=True)
        self.t = 0
        self.m = np.zeros_like(net.theta)
        self.v = np.zeros_like(net.theta)

    def step(self):
        """Move all weights once."""
        g = _decayed_gradient(self.net, self.weight_decay)
        self.t += 1
        self.m = self.beta1 * self.m + (1 - self.beta1) * g
        self.v = self.beta2 * self.v + (1 - self.beta2) * g**2  # (7.9)
        m_hat = self.m / (1 - self.beta1**self.t)
        v_hat = self.v / (1 - self.beta2**self.t)  # (7.10)
        self.net.theta -= self.lr * m_hat / (np.sqrt(v_hat) + self.eps)  # (7.11)

    def __repr__(self):
        return (
            f"Adam(lr={self.lr}, beta1={self.beta1}, beta2={self.beta2}, eps={self.eps}, "
            f"weight_decay={self.weight_decay})"
        )


def _decayed_gradient(net, weight_decay):
    if weight_decay == 0:
        return net.grad
    _, decay = penalty(net, weight_decay)
    return net.grad + decay


def _expect_network(who, net):
    if not isinstance(net, Network):
        raise TypeError(
            f"{who}: net is {type(net).__name__}, expected the Network whose weights are to move. "
            f"Try {who}(net, lr=…)."
        )
