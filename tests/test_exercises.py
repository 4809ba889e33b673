"""Every exercise of every chapter: right, wrong, blank, and nonsense.

Solutions are tried with five seeds, mistakes with one; with 35 and five more where slow tests run.
"""

import inspect

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays, scalar_dtypes
from numpy.lib.stride_tricks import sliding_window_view
from scipy import signal, special
from sklearn import metrics

from course_lib.exercises import ch00, ch01, ch03, ch04, ch07, ch08, contents
from course_lib.exercises.contents import CHAPTERS, exercises_of
from course_lib.exercises.engine import exercise as engine
from course_lib.exercises.engine.answers import Unreadable, run_answer
from course_lib.exercises.engine.exercise import NotCorrect
from course_lib.exercises.engine.judging import Outcome

EXERCISES = list(contents.EXERCISES.values())
each_exercise = pytest.mark.parametrize("exercise", EXERCISES, ids=lambda e: e.key)
few_seeds_or_more = pytest.mark.parametrize(
    "seeds",
    [
        pytest.param(range(5), id="few"),
        pytest.param(range(5, 40), id="more", marks=pytest.mark.slow),
    ],
)


@pytest.fixture(autouse=True)
def _a_judge_that_fails_is_an_error(monkeypatch):
    """A student gets a sentence (see test_engine); here the judge is to be mended."""

    def failed(error):
        raise error

    monkeypatch.setattr(engine, "_unjudged", failed)


def arity(exercise):
    return len(inspect.signature(exercise.answer).parameters)


def returning(value):
    """A function that always returns `value`."""
    return lambda *arguments: value


def outcome(exercise, answer, seed=None):
    return exercise.verdict(answer, seed).outcome


@few_seeds_or_more
@each_exercise
def test_the_solution_is_correct_whatever_is_drawn(exercise, seeds):
    for seed in seeds:
        assert outcome(exercise, exercise.answer, seed) is Outcome.CORRECT, seed


@pytest.mark.parametrize("seeds", [[0], pytest.param(range(1, 6), marks=pytest.mark.slow)])
@each_exercise
def test_each_mistake_draws_its_own_sentence_whatever_is_drawn(exercise, seeds):
    for wrong in exercise.mistakes:
        for seed in seeds:
            verdict = exercise.verdict(wrong.code, seed)
            assert verdict.outcome is Outcome.NOT_YET, (wrong.sentence, seed)
            assert verdict.sentence == wrong.sentence, seed


@few_seeds_or_more
@pytest.mark.parametrize(
    "exercise", [e for e in EXERCISES if arity(e)], ids=lambda exercise: exercise.key
)
def test_an_answer_that_does_not_look_at_the_numbers_is_not_accepted(exercise, seeds):
    """Right values of one draw, given case by case, are as good as never right for another."""
    cases = exercise.draw(1000)
    if any(isinstance(argument, np.random.Generator) for argument in cases[0]):
        pytest.skip("What it draws is right whatever is drawn.")
    values = [run.value for run in run_answer(exercise.answer, cases)]
    accepted = 0
    for seed in seeds:
        replay = iter(values)
        answer = lambda *arguments, replay=replay: next(replay)  # noqa: E731
        accepted += exercise.verdict(answer, seed).correct
    assert accepted <= 1 + len(seeds) // 6  # bits and indices may be the same again


@each_exercise
def test_the_definition_is_complete(exercise):
    sentences = [wrong.sentence for wrong in exercise.mistakes]
    assert len(set(sentences)) >= 3  # two wrong answers may make one mistake
    assert len(exercise.hints) >= 2
    assert exercise.stars in (1, 2, 3)
    assert exercise.answer.__doc__
    assert exercise.lesson.endswith(".")
    assert all(text.endswith((".", "?")) for text in (*sentences, *exercise.hints))


@pytest.mark.parametrize("chapter", list(CHAPTERS.values())[1:], ids=lambda c: c.__name__)
def test_each_notebook_has_enough_exercises_of_each_kind(chapter):
    stars = [exercise.stars for exercise in exercises_of(chapter)]
    assert len(stars) >= 5 and set(stars) == {1, 2, 3}


@each_exercise
def test_the_solution_and_the_first_mistake_are_source_under_the_exercises_name(exercise):
    """In this form other tests hand them in."""
    answers = ((exercise.answer, Outcome.CORRECT), (exercise.mistakes[0].code, Outcome.NOT_YET))
    for code, found in answers:
        source = exercise.source(code)
        namespace = vars(inspect.getmodule(code)).copy()
        exec(source, namespace)
        assert source.startswith(f"def {exercise.name}(")
        assert outcome(exercise, namespace[exercise.name]) is found


def _not_implemented(*arguments):
    raise NotImplementedError


def _dots_assigned(*arguments):
    w = ...
    return w * 2


def _dots_alone(*arguments): ...


def _passes(*arguments):
    """Nothing here yet."""


def _dots_returned(*arguments):
    return ...


def _dots_inside(*arguments):
    w = [..., ...]
    b = ...
    return np.array(w, dtype=float), b


BLANKS = [_not_implemented, _dots_assigned, _dots_alone, _passes, _dots_returned, _dots_inside, ...]


@each_exercise
def test_a_blank_is_not_started(exercise):
    for blank in BLANKS:
        assert outcome(exercise, blank) is Outcome.NOT_STARTED, blank


def _raises(*arguments):
    raise ValueError("broken")


def _leaves(*arguments):
    raise SystemExit


def _interrupted(*arguments):
    raise KeyboardInterrupt


def _recurses(*arguments):
    return _recurses(*arguments)


class _Sneaky(float):
    def __eq__(self, other):
        return True

    __hash__ = float.__hash__


class _Liar:
    def __array__(self, dtype=None, copy=None):
        raise RuntimeError

    def __eq__(self, other):
        return True

    __hash__ = None


_cyclic = []
_cyclic.append(_cyclic)
NONSENSE = [
    np.nan,
    np.inf,
    -1,
    0,
    1e308,
    10**400,
    1j,
    "0",
    "banana",
    b"\x00",
    True,
    [],
    (),
    {},
    {"w": 1},
    [None],
    [[1, 2], [3]],
    (None, None),
    (np.nan, np.nan),
    ("1", "2"),
    ([np.inf, -np.inf], 0),
    ([1e308, 1e308], -1e308),
    ([0, 0], 0),
    np.zeros((2, 2)),
    np.array(["a"]),
    np.array([None]),
    np.zeros((0, 3)),
    np.zeros((3, 3, 3)),
    np.ma.masked_array([1.0, 2.0], mask=True),
    object(),
    int,
    print,
    _Sneaky(7),
    _Liar(),
    _cyclic,
    (np.zeros((2, 2)), np.zeros(2), np.zeros(2), 0),
    (x for x in "ab"),
    np.array(["2020-01-01"], dtype="datetime64[D]"),
]


@each_exercise
def test_nonsense_never_passes_and_never_raises(exercise):
    for number, value in enumerate(NONSENSE):
        assert not exercise.check(returning(value)).correct, number
        assert not exercise.check(value).correct, number


@each_exercise
def test_code_that_fails_is_a_diagnosis(exercise):
    for answer in (_raises, _leaves, _interrupted, _recurses, int, print, object):
        card = exercise.check(answer)
        assert card.verdict.outcome is Outcome.NOT_YET, answer
        assert repr(card) and card._repr_html_()


plain_numbers = st.one_of(st.integers(), st.floats(), st.booleans(), st.complex_numbers())
anything = st.recursive(
    st.one_of(
        plain_numbers,
        st.none(),
        st.text(max_size=3),
        arrays(scalar_dtypes(), array_shapes(max_dims=3, max_side=3)),
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.tuples(inner, inner)),
    max_leaves=6,
)


@pytest.mark.parametrize("examples", [5, pytest.param(60, marks=pytest.mark.slow)])
@each_exercise
def test_whatever_is_returned_a_check_never_raises(exercise, examples):
    @settings(
        max_examples=examples,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
        database=None,
    )
    @given(value=anything)
    def returned(value):
        assert isinstance(repr(exercise.check(returning(value))), str)

    returned()


@each_exercise
def test_an_answer_that_fits_the_visible_cases_only_does_not_pass(exercise):
    """Memorising one draw helps only where the whole question is that one case."""

    def key(case):
        generators = [a.bit_generator.state for a in case if isinstance(a, np.random.Generator)]
        return repr([*(a for a in case if not isinstance(a, np.random.Generator)), generators])

    cases = exercise.draw(0) if arity(exercise) else []
    remembered = {key(case): exercise.answer(*case) for case in cases}
    if not remembered or exercise is ch01.half_adder:  # its four cases are all there are
        pytest.skip("all cases are visible")

    def lookup(*case):
        return remembered.get(key(case), remembered[key(exercise.draw(0)[0])])

    assert outcome(exercise, lookup, 0) is Outcome.CORRECT
    assert outcome(exercise, lookup, 1) is Outcome.NOT_YET


@each_exercise
def test_right_once_is_not_right(exercise):
    calls = []

    def forgetful(*arguments):
        calls.append(arguments)
        return exercise.answer(*arguments) if len(calls) == 1 else None

    assert outcome(exercise, forgetful) is Outcome.NOT_YET


@pytest.mark.parametrize(
    ("exercise", "answer"),
    [
        (ch00.midpoint, lambda a, b: np.mean([a, b])),
        (ch00.midpoint, lambda a, b: [0.5 * a + 0.5 * b]),
        (ch01.not_gate, (-7.5, 3)),
        (ch01.not_gate, ([-50.0], [25.0])),
        (ch01.not_gate, np.array([-20, 10])),
        (ch01.not_gate, [np.array([[-50.0]]), np.float32(25)]),
        (ch01.x1_and_not_x2, (np.array([[8], [-8]]), -4.0)),
        (ch01.x1_and_not_x2, lambda: [(100, -300), -50]),
        (ch01.distance_to_line, lambda w, b, x: np.array([(sum(w * x) + b) / sum(w * w) ** 0.5])),
        (ch01.distance_to_line, lambda w, b, x: (w / np.linalg.norm(w)) @ (x + b * w / (w @ w))),
        (ch01.majority, ([9, 10, 11], -15)),
        (ch01.majority, ((7, 7, 7), np.array([[-10]]))),
        (ch01.half_adder, lambda x1, x2: divmod(x1 + x2, 2)[::-1]),
        (ch01.half_adder, lambda x1, x2: np.array([x1 ^ x2, x1 & x2])),
        (ch01.half_adder, lambda x1, x2: (bool(x1) != bool(x2), bool(x1 and x2))),
        (
            ch01.perceptron_step,
            lambda w, b, x, y, eta: (
                w + eta / 2 * (y - (1 if w @ x + b >= 0 else -1)) * x,
                b + eta / 2 * (y - (1 if w @ x + b >= 0 else -1)),
            ),
        ),
        (
            ch01.perceptron_step,
            lambda w, b, x, y, eta: (
                [wi + eta * y * xi * ((sum(w * x) + b >= 0) != (y > 0)) for wi, xi in np.c_[w, x]],
                [b + eta * y * ((sum(w * x) + b >= 0) != (y > 0))],
            ),
        ),
        (ch08.convolve, lambda X, W: signal.convolve2d(X, W, mode="valid")),
        (ch08.output_size, lambda *sides: float(ch08.output_size.answer(*sides))),
        (ch08.max_pool, lambda X, k, t: sliding_window_view(X, (k, k))[::t, ::t].max(axis=(2, 3))),
        (ch08.avg_pool_backward, lambda dZ, size: np.kron(dZ, np.ones((size, size))) / size**2),
        (ch01.xor_network, ([[20, 20], [20, 20]], [-10, -30], [20, -40], -10)),
        (ch01.xor_network, (np.array([[20, -20], [-20, 20]]), [[-10, -10]], [[30], [30]], -15)),
    ],
)
def test_right_answers_in_other_forms_pass(exercise, answer):
    for seed in range(10):
        assert outcome(exercise, answer, seed) is Outcome.CORRECT, exercise.verdict(answer, seed)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda: ([1, 1, 1], -1.5), "your output is 0.182; sure means below 0.1"),
        (lambda: ([5, 5, 5], -8.5), "your output is only 0.818; sure means above 0.9"),
        (lambda: ([5, 5, 5], -5), "For x = (0, 0, 1) your z is 0"),
        (lambda: ([1, 1, 1], -2), "clearly positive there"),
        (lambda: ([5, -5, 5], -7), "For x = (0, 1, 1) your output is 0.001"),
        (lambda: (20, 20, 20, -30), "put the 3 weights in one list"),
        (lambda: (-30, [20, 20, 20]), "Return w first, then b"),
        (lambda: ([20, 20], -30), "shape (3,), and yours is 2 numbers in a row"),
        (lambda: ([20, 20, 20],), "Return 2 things in this order: `return w, b`. It was 1 thing."),
        (lambda: [20, 20, 20], "Return 2 things"),
        (lambda: (None, 1), "w is None"),
        (lambda: ("20", 1), "w should be made of numbers, and it is text"),
        (lambda: ([20, 20, np.nan], 1), "holds NaN"),
        (lambda: ([20, 20, np.inf], 1), "infinity"),
        (lambda: ([20, 20, 1j], 1), "complex"),
        (lambda: (object(), 1), "an object of type object"),
        (lambda: 1 / 0, "Your code stopped with ZeroDivisionError: division by zero"),
        (lambda extra: extra, "Your code stopped with TypeError"),
    ],
)
def test_wrong_forms_are_named(answer, words):
    card = ch01.majority.check(answer)
    assert words in repr(card)
    assert repr(card).startswith("✗ Not yet: majority")


def test_calls_and_lines_are_named():
    def distance_to_line(w, b, x):
        return w.nothing

    text = repr(ch01.distance_to_line.check(distance_to_line))
    assert "AttributeError" in text and "w = [3, 4], b = -5, x = [2, 1]" in text
    assert "in the line `return w.nothing`" in text


def test_a_value_in_place_of_a_function_is_explained():
    assert "check(f), not check(f(x))" in repr(ch00.midpoint.check(3.0))


def test_an_argument_changed_in_place_is_named():
    def distance_to_line(w, b, x):
        w /= np.linalg.norm(w)
        return w @ x + b

    assert "changes its argument `w`" in repr(ch01.distance_to_line.check(distance_to_line))


def test_check_takes_parts_and_nothing():
    assert ch01.majority.check([20, 20, 20], -30).correct
    assert ch01.majority.check().verdict.outcome is Outcome.NOT_STARTED


@each_exercise
def test_hints_and_solutions(exercise):
    count = len(exercise.hints)
    assert exercise.hints[0] in repr(exercise.hint())
    assert exercise.hints[-1] in repr(exercise.hint(count))
    for number in (0, -1, count + 1, "one", None, 1.5):
        assert f"There are {count} hints" in repr(exercise.hint(number))
    solution = exercise.solution()
    assert f"def {exercise.name}(" in repr(solution)
    assert "<pre" in solution._repr_html_()


@each_exercise
def test_grading_raises_unless_correct(exercise, monkeypatch):
    monkeypatch.setenv("COURSE_GRADING", "1")
    assert exercise.check(exercise.answer).correct
    for answer in (..., exercise.mistakes[0].code, _raises):
        with pytest.raises(NotCorrect, match=exercise.name):
            exercise.check(answer)


def test_values_come_back_plain():
    """What a judge sees holds no object of the student's."""
    (run, *_) = run_all(ch01.majority, lambda: (_Sneaky(1), _Liar()))
    assert type(run.value[0]) is float
    assert run.value[1] == Unreadable("_Liar")


def run_all(exercise, answer):
    return run_answer(answer, exercise.draw(0))


# --- wrong answers that once passed, or drew a false sentence


def _shifted(shift):
    def answer(Z):
        E = np.exp(Z - shift(Z))
        return E / E.sum(axis=1, keepdims=True)

    return answer


def _gradients(X, W, dZ, stride, pad):
    return ch08.conv_backward.answer(X, W, dZ, stride, pad)


def _ring_of_one(X, W, dZ, stride, pad):
    around = np.pad(X, ((0, 0), (pad, pad), (pad, pad), (0, 0)))
    dW, db, d_around = _gradients(around, W, dZ, stride, 0)
    return dW, db, d_around[:, 1:-1, 1:-1] if pad else d_around


def _begins_with(number):
    def answer(X, size, stride):
        return np.maximum(ch08.max_pool.answer(X, size, stride), number(X))

    return answer


SUBTLE = {
    ch08.conv_backward: [
        _ring_of_one,
        lambda X, W, dZ, stride, pad: _gradients(X, W, dZ, stride, min(pad, 1)),
        lambda X, W, dZ, stride, pad: _gradients(X, W, dZ, min(stride, 2), pad),
    ],
    ch08.max_pool: [
        _begins_with(lambda X: X[0, 0]),
        _begins_with(lambda X: -10),
        _begins_with(lambda X: -99),
    ],
    ch03.softmax_rows: [
        _shifted(lambda Z: np.median(Z, axis=1, keepdims=True)),
        _shifted(lambda Z: Z[:, :1]),
        _shifted(lambda Z: Z[:, 1:2]),
        _shifted(lambda Z: 0.5 * Z.max(axis=1, keepdims=True)),
        _shifted(lambda Z: (Z.max(axis=1, keepdims=True) + Z.min(axis=1, keepdims=True)) / 2),
    ],
    ch03.centre_rows: [
        lambda X: X - X.sum(axis=1, keepdims=True) / len(X),
        lambda X: X - X @ np.ones((len(X), len(X))) / len(X),
    ],
    ch03.cross_entropy: [
        lambda a, y: special.xlogy(y, np.clip(a, 0.01, 0.99)).mean()
        + special.xlogy(1 - y, 1 - np.clip(a, 0.01, 0.99)).mean(),
        lambda a, y: metrics.log_loss(y, np.clip(a, 0.01, 0.99), labels=[0, 1]),
    ],
    ch03.safe_cross_entropy: [
        lambda z, y: np.where(
            y == 1, np.logaddexp(0, -z), z + np.log(1 + np.exp(-z))
        ).mean(),
        lambda z, y: np.where(z > 5, z, np.log1p(np.exp(z))).mean() - (y * z).mean(),
        lambda z, y: ch03.safe_cross_entropy.answer(np.clip(z, -1000, 1000), y),
    ],
    ch03.softmax_gradient: [
        lambda X, Y, W, b: tuple(
            1.00005 * g for g in ch03.softmax_gradient.answer(X, Y, W, b)
        ),
    ],
}  # fmt: skip


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("seeds", [range(2), pytest.param(range(2, 8), marks=pytest.mark.slow)])
@pytest.mark.parametrize(
    ("exercise", "answer"), [(e, answer) for e, answers in SUBTLE.items() for answer in answers]
)
def test_subtle_wrong_answers_never_pass_and_never_stop_the_check(exercise, answer, seeds):
    verdicts = [exercise.verdict(answer, seed) for seed in seeds]
    if exercise is ch03.softmax_gradient:  # off by five in a hundred thousand: either is fair
        assert all(verdict.sentence for verdict in verdicts)
    else:
        assert not any(verdict.correct for verdict in verdicts)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_naive_losses_are_not_told_a_reason_that_is_not_theirs():
    def by_cases(z, y):
        a = special.expit(z)
        return -np.where(y == 1, np.log(a), np.log(1 - a)).mean()

    def without_probabilities(z, y):
        return (y * np.log1p(np.exp(-z)) + (1 - y) * np.log1p(np.exp(z))).mean()

    for answer in (by_cases, without_probabilities):
        sentence = ch03.safe_cross_entropy.verdict(answer, 0).sentence
        assert "either exp(1000) overflows, or a probability rounds" in sentence


def _squeezed(value):
    if isinstance(value, tuple | list):
        return type(value)(_squeezed(part) for part in value)
    return np.squeeze(value) if isinstance(value, np.ndarray) else value


# Their matrices have no side of length 1: the rng, the scores and the windows are several.
SIDES = (ch07.initialise, ch07.softmax_slopes, ch08.max_pool_backward, ch08.avg_pool_backward)


@pytest.mark.parametrize("exercise", [e for e in EXERCISES if e not in SIDES], ids=lambda e: e.key)
def test_an_axis_of_length_1_is_not_lost(exercise):
    """A matrix of one row stays a matrix; single numbers and vectors of one are taken as either."""
    values = [run.value for run in run_answer(exercise.answer, exercise.draw(0))]
    flat = [part for v in values for part in (v if isinstance(v, tuple | list) else [v])]
    if not any(np.ndim(part) > 1 for part in flat if isinstance(part, np.ndarray)):
        pytest.skip("It returns no matrix.")
    for seed in range(3):
        found = outcome(exercise, lambda *case: _squeezed(exercise.answer(*case)), seed)
        assert found is Outcome.NOT_YET


def _only_two_or_three_layers(X, weights, biases):
    A = special.expit(X @ weights[0] + biases[0])
    if len(weights) == 2:
        return A @ weights[1] + biases[1]
    A = special.expit(A @ weights[1] + biases[1])
    return A @ weights[2] + biases[2]


SQUARE_ONLY = {
    ch04.layer_output: [
        lambda X, W, b: special.expit(X @ W + b).reshape(X.shape),
        lambda X, W, b: np.array([special.expit(X[i] @ W + b) for i in range(X.shape[1])]),
    ],
    ch04.dense_forward: [
        lambda X, W, b: (X @ W + b).reshape(-1, len(W)),
        lambda X, W, b: (X @ W + b).reshape(-1, len(X)),
    ],
    ch04.forward_pass: [
        _only_two_or_three_layers,
        lambda X, weights, biases: ch04.forward_pass.answer(X[:4], weights, biases),
    ],
    ch04.weight_shapes: [
        lambda sizes: [(a + 0.5, b) for a, b in ch04.weight_shapes.answer(sizes)],
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    ("exercise", "answer"),
    [(exercise, answer) for exercise, answers in SQUARE_ONLY.items() for answer in answers],
)
def test_what_holds_for_square_tables_or_few_layers_only_does_not_pass(exercise, answer):
    verdicts = [exercise.verdict(answer, seed) for seed in range(4)]
    assert not any(verdict.correct for verdict in verdicts)
    assert "shapes are not (3, 4), (4, 4), (4, 3)." not in verdicts[0].sentence
