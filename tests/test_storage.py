import os
import stat
import sys
from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from networks import activation, two_layers

from course_lib.activations import leaky_relu, leaky_relu_prime
from course_lib.layers import Activation, Dense
from course_lib.network import Network
from course_lib.storage import whole_file


@pytest.fixture
def net(rng):
    return two_layers(rng)


@pytest.mark.parametrize("name", ["weights.npz", "weights", "weights with a space.bin"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_what_was_saved_comes_back(name, dtype, rng, tmp_path):
    net, other = two_layers(rng, dtype=dtype), two_layers(rng, dtype=dtype)
    net.save(tmp_path / name)
    assert [entry.name for entry in tmp_path.iterdir()] == [name]
    other.load(str(tmp_path / name))
    assert np.array_equal(other.theta, net.theta)
    X = rng.normal(size=(4, 3))
    assert np.array_equal(other.forward(X), net.forward(X))
    assert np.shares_memory(other.layers[0].W.value, other.theta)


def test_saving_again_replaces(net, tmp_path):
    place = tmp_path / "w.npz"
    net.save(place)
    net.theta = np.ones(26)
    net.save(place)
    net.theta = np.zeros(26)
    net.load(place)
    assert (net.theta == 1).all()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such permissions")
def test_the_file_is_readable_as_any_new_file(net, tmp_path):
    net.save(tmp_path / "w.npz")
    (tmp_path / "other").write_text("")
    modes = {stat.S_IMODE(os.stat(path).st_mode) for path in tmp_path.iterdir()}
    assert len(modes) == 1


def test_an_interruption_leaves_the_old_file(tmp_path):
    place = tmp_path / "w.npz"
    place.write_bytes(b"old")
    with pytest.raises(KeyboardInterrupt), whole_file(place) as file:
        file.write(b"half of the n")
        raise KeyboardInterrupt
    assert place.read_bytes() == b"old" and len(list(tmp_path.iterdir())) == 1


def test_missing_places_get_a_sentence(net, tmp_path):
    with pytest.raises(FileNotFoundError, match="save: the folder .*does not exist"):
        net.save(tmp_path / "nowhere" / "w.npz")
    with pytest.raises(FileNotFoundError, match="load: there is no file"):
        net.load(tmp_path / "w.npz")
    with pytest.raises(FileNotFoundError):
        net.load(tmp_path)


def refused(net, place, words):
    before = net.theta.copy()
    with pytest.raises(ValueError, match=words):
        net.load(place)
    assert np.array_equal(net.theta, before)


def test_foreign_files_get_a_sentence(net, tmp_path):
    place = tmp_path / "w.npz"
    for content in (b"", b"hello", b"PK\x03\x04 no zip", b"\x93NUMPY"):
        place.write_bytes(content)
        refused(net, place, "damaged or no file of arrays")
    np.save(tmp_path / "w.npy", np.ones(3))
    refused(net, tmp_path / "w.npy", "damaged or no file of arrays")
    np.savez(place, W1=np.ones((3, 4)))
    refused(net, place, "not written by Network.save.*assign them")
    np.savez(place, format=np.array([None], dtype=object))
    refused(net, place, "damaged")  # a pickle: not read


def saved(place, net, **changes):
    """Save `net` with some entries changed, or left out if None; return the file."""
    net.save(place)
    with np.load(place) as archive:
        arrays = {**archive, **changes}
    np.savez(place, **{name: a for name, a in arrays.items() if a is not None})


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"W1": np.ones((4, 3))}, r"W1 has shape \(4, 3\).*expected \(3, 4\)"),
        ({"W1": np.ones((3, 4), dtype=int)}, "dtype int64; expected .*floating-point"),
        ({"W1": np.full((3, 4), "1.0")}, "floating-point"),
        ({"b2": np.array([1, np.nan])}, r"b2 has 1 entry that is NaN.*index \(1,\).*saved so"),
        ({"b2": np.array([1, np.inf])}, "infinite"),
        ({"b2": None}, "holds W1, b1, W2; expected W1, b1, W2, b2"),
        ({"c3": np.ones(2)}, "holds .*c3; expected W1, b1, W2, b2"),
        ({"format": None}, "not written by Network.save"),
        ({"format": "course_lib network, format 99"}, "not written by Network.save"),
        ({"layers": None}, "layers nothing; expected .*Dense"),
    ],
)
def test_what_does_not_suit_is_refused(changes, words, net, tmp_path):
    saved(tmp_path / "w.npz", net, **changes)
    net.theta += 1
    refused(net, tmp_path / "w.npz", words)


@pytest.mark.parametrize(
    "make",
    [
        lambda rng: two_layers(rng, hidden=5),
        lambda rng: two_layers(rng, name="relu"),
        lambda rng: Network(Dense(3, 2, rng=rng)),
        lambda rng: Network(Dense(3, 4, rng=rng), Dense(4, 2, rng=rng), activation("tanh")),
    ],
)
def test_another_architecture_is_refused(make, net, rng, tmp_path):
    net.save(tmp_path / "w.npz")
    refused(make(rng), tmp_path / "w.npz", "Build the network as it was when it was saved")


def test_numbers_too_large_for_float32_are_refused(rng, tmp_path):
    net = two_layers(rng)
    net.theta = np.full(26, 1e300)
    net.save(tmp_path / "w.npz")
    refused(two_layers(rng, dtype=np.float32), tmp_path / "w.npz", "infinite")


@given(st.data())
def test_a_damaged_file_never_gets_in(tmp_path_factory, data):
    place = tmp_path_factory.mktemp("damaged") / "w.npz"
    net = two_layers(np.random.default_rng(0))
    net.save(place)
    content, theta = bytearray(place.read_bytes()), net.theta.copy()
    if data.draw(st.booleans()):
        del content[data.draw(st.integers(0, len(content) - 1)) :]
    else:
        content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))
    place.write_bytes(content)
    try:
        net.load(place)
    except ValueError as error:
        assert str(error).startswith("load: ")
    assert np.array_equal(net.theta, theta)


def test_a_network_that_diverged_is_not_saved(net, tmp_path):
    net.theta[3] = np.nan
    with pytest.raises(ValueError, match="save: W1 has 1 entry that is NaN.*diverged"):
        net.save(tmp_path / "w.npz")
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights on Windows")
def test_a_link_stays_a_link(net, tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "w.npz")
    net.save(tmp_path / "link")
    assert (tmp_path / "link").is_symlink() and (tmp_path / "w.npz").is_file()


def test_a_folder_is_no_file(net, tmp_path):
    with pytest.raises(ValueError, match="is a folder; expected a file"):
        net.save(tmp_path)


def test_layers_that_are_one_text_are_refused(net, tmp_path):
    saved(tmp_path / "w.npz", net, layers="Dense")
    refused(net, tmp_path / "w.npz", "holds a network of the layers Dense;")


def test_functions_without_a_name_can_be_loaded_again(rng, tmp_path):
    for number in range(2):
        leaky = partial(leaky_relu, slope=0.2), partial(leaky_relu_prime, slope=0.2)
        net = Network(Dense(2, 2, rng=rng), Activation(*leaky))
        if number == 0:
            net.save(tmp_path / "w.npz")
        net.load(tmp_path / "w.npz")


def test_the_longest_legal_name_is_a_name(tmp_path):
    net = Network(Dense(2, 1, rng=np.random.default_rng(0)))
    path = tmp_path / f"{'n' * 251}.npz"
    net.save(path)
    net.load(path)
