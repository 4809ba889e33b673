import numpy as np
import pytest

from course_lib import initializers
from course_lib.initializers import he, small_normal, xavier, zeros

ALL = [getattr(initializers, name) for name in initializers.__all__]


@pytest.mark.parametrize(
    ("init", "shape", "std"),
    [
        (small_normal, (300, 400), 0.01),
        (he, (300, 400), np.sqrt(2 / 300)),
        (xavier, (300, 400), np.sqrt(2 / 700)),
        (he, (5, 5, 20, 40), np.sqrt(2 / (5 * 5 * 20))),
        (xavier, (5, 5, 20, 40), np.sqrt(2 / (5 * 5 * 20 + 5 * 5 * 40))),
    ],
)
def test_spread(init, shape, std, rng):
    W = init(shape, rng=rng)
    assert W.shape == shape and W.dtype == np.float64
    assert abs(W.std() / std - 1) < 0.02
    assert abs(W.mean()) < 0.02 * std


def test_zeros(rng):
    assert not zeros((3, 4), rng=rng).any()
    assert zeros((4,), rng=rng).shape == (4,)


@pytest.mark.parametrize("init", ALL, ids=lambda f: f.__name__)
def test_one_seed_one_result_and_no_global_state(init):
    state = np.random.get_state()[1].copy()  # noqa: NPY002
    first, second = (init((3, 4), rng=np.random.default_rng(7)) for _ in range(2))
    assert np.array_equal(first, second)
    assert np.array_equal(np.random.get_state()[1], state)  # noqa: NPY002


@pytest.mark.parametrize("init", ALL, ids=lambda f: f.__name__)
def test_rng_is_required_and_must_be_a_generator(init):
    with pytest.raises(TypeError):
        init((3, 4))
    with pytest.raises(TypeError, match=f"^{init.__name__}: rng is 0.*default_rng"):
        init((3, 4), rng=0)


@pytest.mark.parametrize("init", ALL, ids=lambda f: f.__name__)
@pytest.mark.parametrize("shape", [(), (3, 0), (3, -1), (3, 1.5), "ab", None])
def test_shapes_that_no_weight_has(init, shape, rng):
    with pytest.raises(ValueError, match=f"^{init.__name__}: shape is"):
        init(shape, rng=rng)


@pytest.mark.parametrize("init", [he, xavier])
@pytest.mark.parametrize("shape", [(4,), 4])
def test_a_bias_has_no_fan_in(init, shape, rng):
    with pytest.raises(ValueError, match="no fan-in. For a bias, use zeros"):
        init(shape, rng=rng)
