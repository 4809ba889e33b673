"""The exercise engine, on exercises made for these tests."""

import functools
import re
import warnings
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from scipy import special

from course_lib.exercises import ch00, ch01, progress
from course_lib.exercises.engine.answers import plain, run_answer, same
from course_lib.exercises.engine.blanks import has_blank
from course_lib.exercises.engine.cards import Card, as_html
from course_lib.exercises.engine.exercise import Exercise
from course_lib.exercises.engine.judging import (
    CORRECT,
    Outcome,
    agrees_with,
    matches_numerical_gradient,
    parts_agree_with,
)


def double(x):
    """Twice x."""
    return 2 * x


def _zero(x):
    return 0 * x


def make(judge, **changed):
    definition = {
        "cases": lambda rng: [(1.0,), (float(rng.normal()),)],
        "judge": judge,
        "solution": double,
        "hints": ["Add it to itself."],
        "stars": 1,
    }
    exercise = Exercise(**(definition | changed))
    exercise.mistake("That is nothing.", _zero)
    return exercise


@pytest.mark.parametrize("nothing", [None, True, "correct".upper().lower, 0, ()])
def test_a_judge_that_falls_through_does_not_let_anything_pass(nothing):
    with pytest.raises(TypeError, match="not CORRECT or text"):
        make(lambda cases, values: nothing).check(double)


def test_a_judge_that_says_text_refuses():
    assert make(lambda cases, values: "no").verdict(double).sentence == "no"


@pytest.mark.parametrize("error", [TypeError, RecursionError, FloatingPointError])
def test_a_judge_that_fails_on_a_value_is_a_sentence(error):
    def judge(cases, values):
        raise error("a value that nobody thought of")

    exercise = make(judge)
    card = exercise.check(lambda x: 3 * x)
    assert card.verdict.outcome is Outcome.NOT_YET
    assert f"could not be judged ({error.__name__})" in card.verdict.sentence
    assert exercise.verdict(double).outcome is Outcome.NOT_YET
    assert exercise.verdict(_stub).outcome is Outcome.NOT_STARTED
    assert exercise.verdict(_zero).sentence == "That is nothing."


def test_a_value_that_seen_as_cannot_read_is_no_mistake():
    def seen_as(value):
        return value.nowhere if value else value

    exercise = make(agrees_with(lambda x: 2 * x, "No."), seen_as=seen_as)
    assert exercise.verdict(lambda x: 3 * x**2).sentence.startswith("No.")
    assert exercise.verdict(_zero).sentence == "That is nothing."


def test_judging_is_a_pure_function_of_cases_and_runs():
    exercise = make(agrees_with(lambda x: x + x, "No."))
    cases = exercise.draw(3)
    runs = run_answer(double, cases)
    assert exercise.judge_runs(cases, runs) == exercise.judge_runs(cases, runs)
    assert exercise.judge_runs(cases, runs).outcome is Outcome.CORRECT


def test_judging_does_not_need_the_solution():
    """The edition of a class has none; test_classroom judges every exercise in it."""
    exercise = make(agrees_with(lambda x: x + x, "No."), solution=lambda x: ...)
    assert exercise.verdict(double).outcome is Outcome.CORRECT
    assert exercise.verdict(_zero).sentence == "That is nothing."


def test_a_mistake_must_agree_in_every_case():
    def twice_one(x):
        return 2 if x == 1 else 0

    exercise = make(agrees_with(lambda x: 2 * x, "No."))
    exercise.mistake("That is right for 1 only.", twice_one)
    assert exercise.verdict(twice_one).sentence == "That is right for 1 only."
    assert exercise.verdict(lambda x: x + 1).sentence.startswith("No.")


def test_the_first_case_comes_twice():
    exercise = make(lambda cases, values: CORRECT)
    cases = exercise.draw(0)
    assert cases[0] == cases[-1] and len(cases) == 3


def test_an_interrupt_ends_the_check_at_once():
    calls = []

    def stopped(x):
        calls.append(x)
        raise KeyboardInterrupt

    verdict = make(agrees_with(lambda x: 2 * x, "No.")).verdict(stopped)
    assert "you stopped it" in verdict.sentence and len(calls) == 1


def test_an_exception_whose_text_fails_is_survived():
    class Nasty(Exception):
        def __str__(self):
            raise RuntimeError

    def answer(x):
        raise Nasty

    assert "Nasty" in make(agrees_with(lambda x: 2 * x, "No.")).verdict(answer).sentence


def test_code_that_stops_is_never_taken_for_a_mistake():
    def needs_two(x):
        return x[1]

    def also_needs_two(x):
        return x[5] + 1

    exercise = make(agrees_with(lambda x: 2 * x, "No."))
    exercise.mistake("One only.")(needs_two)
    assert "TypeError" in exercise.verdict(also_needs_two).sentence


def test_shapes_that_do_not_fit_are_explained():
    def answer(x):
        return np.ones((2, 3)) @ np.ones((2, 3))

    sentence = make(agrees_with(lambda x: 2 * x, "No.")).verdict(answer).sentence
    assert "a row of A must be as long as a column of B" in sentence


def _prints(x):
    print(2 * x)


def _ignores(x, y):
    return 2 * x


def _reads(x):
    return 2 * OUTSIDE


OUTSIDE = np.array([3.0])


def test_what_shows_besides_the_value_is_remarked(capsys):
    exercise = make(agrees_with(lambda x: 2 * x, "No."))
    assert "`return` in place of `print`" in exercise.verdict(_prints).sentence
    assert capsys.readouterr().out  # and is still printed
    sentence = exercise.verdict(_reads).sentence
    assert "reads `OUTSIDE`" in sentence and "its own argument `x`" in sentence

    def product(x, y):
        return x * y

    cases = [(2.0, 3.0), (1.0, 0.5)]
    exercise = make(agrees_with(product, "No."), solution=product, cases=lambda rng: cases)
    assert exercise.verdict(_ignores).sentence.startswith("Your function never uses `y`")
    exercise = make(
        agrees_with(product, "No."), solution=product, cases=lambda rng: cases, unused=("y",)
    )
    assert "never uses" not in exercise.verdict(_ignores).sentence


def test_overflow_is_named():
    def answer(x):
        return np.exp(1000 * np.abs(x)) / np.exp(1000 * np.abs(x))

    sentence = make(agrees_with(lambda x: 2 * x, "No.")).verdict(answer).sentence
    assert "holds NaN" in sentence and "exp of more than about 700 is infinite" in sentence


def _multiplies(X, Y):
    return X @ Y


def _adds(X, Y):
    return X + Y


def _calls(X, Y):
    return X(Y)


def _branches(X, Y):
    return 1 if X > 0 else 0


def _one_argument(X):
    return X


_one_argument.__name__ = _one_argument.__qualname__ = "right"


def _two_branches(X, Y):
    for _ in range(0):
        Z = X @ Y
    return Z


def _misspells(X, Y):
    return np.summ(X) + Y


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (_multiplies, ["`X` has shape (2, 3) and `Y` has shape (2, 4)", "`X.T @ Y` would fit."]),
        (_adds, ["work entry by entry", "`X` has shape (2, 3)"]),
        (_calls, ["For a product write `*`"]),
        (_branches, ["`np.where`"]),
        (_misspells, ["NumPy has no such name"]),
        (lambda X: X, ["too many or too few arguments"]),
        (_one_argument, ["leave the line with `def` as it was"]),
        (_two_branches, ["On the way that your function took"]),
    ],
)
def test_an_exception_is_explained_from_its_line_and_shapes(answer, words):
    def right(X, Y):
        return X.T @ Y

    exercise = make(
        agrees_with(right, "No."),
        solution=right,
        cases=lambda rng: [(rng.normal(size=(2, 3)), rng.normal(size=(2, 4)))],
    )
    verdict = exercise.verdict(answer)
    assert all(text in verdict.sentence for text in words) and verdict.named


def test_a_transpose_is_not_advised_where_it_does_not_help():
    def answer(X):
        return X @ np.ones((5, 5))

    exercise = make(agrees_with(lambda X: X, "No."), cases=lambda rng: [(np.ones((2, 3)),)])
    assert ".T" not in exercise.verdict(answer).sentence


class _Half:
    def forward(self, X):
        return X

    def backward(self, dZ):
        return ...


class _Whole:
    def forward(self, X):
        return X[..., 0]


@pytest.mark.parametrize(
    ("answer", "blank"),
    [
        (..., True),
        ((1, ...), True),
        (_Half, True),
        (_Whole, False),
        (lambda X: X[..., None], False),
        (lambda X: None, True),
        (lambda X: (X, ...)[0], False),
        (lambda X: X, False),
        (np.sin, False),
        (3, False),
    ],
)
def test_blanks_are_told_from_indices(answer, blank):
    assert has_blank(answer) is blank


def test_a_blank_is_found_where_no_source_is():
    namespace = {}
    exec("def f(x):\n    w = ...\n    return w * x", namespace)
    verdict = make(agrees_with(lambda x: 2 * x, "No.")).verdict(namespace["f"])
    assert verdict.outcome is Outcome.NOT_STARTED


def _stub(x):
    half = ...
    return 2 * half


class _Stub:
    def __call__(self, x):
        return _stub(x)

    def method(self, x):
        w = ...
        return w + x


def _index_first(w):
    first = (..., 0)
    return w[first]


def _default(x, out=...):
    return x


def _two_parts(x):
    if x == 1.0:
        raise NotImplementedError
    return 3 * x


class _Unlookable:
    @property
    def __class__(self):
        raise RuntimeError

    def __call__(self, x):
        raise KeyError

    def __getattr__(self, name):
        raise KeyError(name)


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (functools.partial(_stub), Outcome.NOT_STARTED),
        (functools.lru_cache(_stub), Outcome.NOT_STARTED),
        (_Stub().method, Outcome.NOT_STARTED),
        (_index_first, Outcome.NOT_YET),
        (_default, Outcome.NOT_YET),
        (_two_parts, Outcome.NOT_YET),
        (lambda x: [..., x][1], Outcome.NOT_YET),
    ],
)
def test_begun_or_not(answer, outcome):
    exercise = make(agrees_with(lambda x: 2 * x, "No."))
    assert exercise.verdict(answer).outcome is outcome


def _wraps_itself(x):
    return x


_wraps_itself.__wrapped__ = _wraps_itself


class _LoudException(Exception):
    def __str__(self):
        raise SystemExit


def _loud(x):
    raise _LoudException


def _long(x):
    raise ValueError("\ud800" + "long " * 10**6)


def _many(x):
    nested = []
    nested.extend([nested, nested])
    return nested


def _endless(x):
    return range(10**12)


@pytest.mark.parametrize("answer", [_wraps_itself, _loud, _long, _many, _endless])
def test_wild_answers_draw_a_short_sentence_that_can_be_printed(answer):
    card = make(agrees_with(lambda x: 2 * x, "No.")).check(answer)
    assert not card.correct
    assert len(repr(card).encode("utf-8")) < 1500


def test_an_object_that_cannot_be_looked_at_is_survived():
    verdict = make(agrees_with(lambda x: 2 * x, "No.")).verdict(_Unlookable())
    assert verdict.outcome is Outcome.NOT_YET


def test_strict_settings_of_a_student_do_not_matter():
    with np.errstate(all="raise"), warnings.catch_warnings():
        warnings.simplefilter("error")
        assert ch01.not_gate.check(([-2000], 1000)).correct
        assert not ch01.not_gate.check(([1e308], 1e308)).correct


@pytest.mark.parametrize(
    "value", [Fraction(1, 2), Decimal("0.5"), np.float32(0.5), np.array(0.5, dtype=object)]
)
def test_numbers_of_every_kind_are_numbers(value):
    assert plain(value) == 0.5 and type(plain(value)) is float


def test_single_precision_is_precise_enough():
    def midpoint(a, b):
        return np.float32(a) / 2 + np.float32(b) / 2

    for seed in range(100):
        assert ch00.midpoint.verdict(midpoint, seed).correct


def test_progress_takes_chapters():
    for odd in ("ch01", 1, ch01.majority):
        assert "progress(ch01)" in repr(progress(odd))


def test_plain_makes_everything_anew():
    array = np.ones(3)
    value = plain({"a": [array, (1, np.float32(2.5))], 3: range(2)})
    assert value["a"][1] == (1, 2.5) and type(value["a"][1][1]) is float
    assert value["3"] == [0, 1]
    assert not np.shares_memory(value["a"][0], array)


@pytest.mark.parametrize(
    ("a", "b", "alike"),
    [
        (1, 1.0 + 1e-12, True),
        ([1, 2], (1, 2), True),
        ([1, 2], [1, 2, 3], False),
        (np.ones(3), np.ones(2), False),
        (np.nan, np.nan, True),
        ("a", "a", True),
        ("a", 1, False),
        ({"a": 1}, {"a": 1}, True),
        ({"a": 1}, {"b": 1}, False),
        (None, None, True),
        (None, 0, False),
    ],
)
def test_same(a, b, alike):
    assert same(a, b) is alike


def test_cards_escape_what_a_student_wrote():
    card = Card("✗", "Not yet: <b>", ("`<script>` & more",), code="if a < b:\n    pass")
    assert "<script>" not in card._repr_html_() and "<b>" not in card._repr_html_()
    assert "<code>&lt;script&gt;</code> &amp; more" in card._repr_html_()
    assert repr(card) == "✗ Not yet: <b>\n`<script>` & more\n\nif a < b:\n    pass"
    assert as_html("no `end") == "no `end"
    assert as_html("an *old* `a * b * c`, 2 * x * y") == (
        "an <em>old</em> <code>a * b * c</code>, 2 * x * y"
    )


# ------------------------------------------------------------------ what explains a wrong value


def _mean_and_scale(X, Y):
    return (X * Y).sum(axis=0) / len(X)


def _pictures_of(rng):
    return [(rng.normal(size=(m, n)), rng.normal(size=(m, n))) for m, n in ((3, 4), (5, 2), (7, 4))]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda X, Y: -_mean_and_scale(X, Y), "minus what it should be"),
        (lambda X, Y: 2 * _mean_and_scale(X, Y), "twice what it should be"),
        (lambda X, Y: _mean_and_scale(X, Y) / 2, "half of what it should be"),
        (lambda X, Y: (X * Y).sum(axis=0), "m times what it should be"),
        (lambda X, Y: _mean_and_scale(X, Y) / len(X), "once too often"),
        (lambda X, Y: _mean_and_scale(X, Y) ** 2, "the square of"),
        (lambda X, Y: _mean_and_scale(X, Y)[::-1], "in the opposite order"),
        (lambda X, Y: _mean_and_scale(X, Y).round(), "has lost all decimals"),
        (lambda X, Y: _mean_and_scale(X, Y).round(2), "return all decimals"),
        (lambda X, Y: 3 * _mean_and_scale(X, Y), "is 3 times what it should be"),
        (lambda X, Y: (X * Y).sum(axis=0) / 10, "a factor, 0.3 in one case and 0.7 in another"),
        (lambda X, Y: X * Y / len(X), "A sum over the examples"),
        (lambda X, Y: _mean_and_scale(X, Y).sum(), "one number, the sum of all entries"),
        (lambda X, Y: np.array([X[0], _mean_and_scale(X, Y)]), "The last part of what you return"),
        (lambda X, Y: np.append(_mean_and_scale(X, Y), 0), "The last part is too much"),
        (lambda X, Y: _mean_and_scale(X, Y)[:-1], "does a loop end too early"),
        (lambda X, Y: np.append(0, _mean_and_scale(X, Y)[1:]), "right but the first"),
        (lambda X, Y: special.expit(_mean_and_scale(X, Y)), "a sigmoid too many"),
    ],
)
def test_what_students_do_everywhere_is_named(wrong, words):
    exercise = make(agrees_with(_mean_and_scale, "No."), cases=_pictures_of)
    for seed in range(5):
        assert words in exercise.verdict(wrong, seed).sentence


@pytest.mark.parametrize(
    "wrong",
    [
        lambda X, Y: _mean_and_scale(X, Y) + X[0],
        lambda X, Y: _mean_and_scale(X, Y) ** (3 if len(X) > 3 else 2),
        lambda X, Y: _mean_and_scale(X, Y) + 1,
    ],
)
def test_what_one_hypothesis_does_not_explain_is_shown_at_the_smallest_case(wrong):
    exercise = make(agrees_with(_mean_and_scale, "No."), cases=_pictures_of)
    sentence = exercise.verdict(wrong, 0).sentence
    assert re.search(r"^No\. .*For X = .*\(5, 2\).*[eE]ntry \[\d\] should be -?\d", sentence)


def test_entries_that_are_wrong_are_named_by_what_they_have_in_common():
    cases = [(np.array([[-1.0, 2.0], [3.0, -4.0]]),), (np.array([[5.0, -6.0, 0.0]]),)] * 2
    exercise = make(agrees_with(lambda Z: np.maximum(Z, 0), "No."), cases=lambda rng: cases)
    verdict = exercise.verdict(lambda Z: np.where(Z > 0, Z, Z / 7), 0)
    assert "It is wrong where Z < 0, and right elsewhere." in verdict.sentence and verdict.named


def test_two_hypotheses_that_say_the_same_number_are_both_kept_quiet():
    exercise = make(agrees_with(lambda x: 2, "No."), cases=lambda rng: [(1,), (2,)])
    assert exercise.verdict(lambda x: 4, 0).sentence == (
        "No. For x = 1, it returned 4; it should be 2."
    )


def test_the_right_value_of_an_exercise_without_arguments_is_not_given_away():
    exercise = make(agrees_with(lambda: 7.5, "No."), cases=lambda rng: [()])
    sentence = exercise.verdict(lambda: 9.0, 0).sentence
    assert sentence == "No. It is too large." and "7" not in sentence
    assert exercise.verdict(lambda: 15.0, 0).sentence == "No. It is too large."


def _linear(X, dZ):
    return X.T @ dZ, dZ.sum(axis=0)


def _layers(rng):
    return [
        (rng.normal(size=(m, n)), rng.normal(size=(m, k))) for m, n, k in ((3, 2, 4), (5, 3, 2))
    ]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda dW, db: (dW, -db), "dW is right. db is minus what it should be"),
        (lambda dW, db: (dW.T, db), "db is right. dW is right, but transposed"),
        (lambda dW, db: (db, dW), "Those are db, dW: right, and in another order."),
        (lambda dW, db: dW, "That is dW alone, and right. `return dW, db`."),
        (lambda dW, db: (dW, db[:, None]), "A vector has one axis, and yours has two"),
        (lambda dW, db: (dW, db[None]), "A vector has one axis, and yours has two"),
        (lambda dW, db: (dW, db.sum()), "dW is right. db is one number, the sum of all entries"),
        (lambda dW, db: (dW, None), "dW is right. db is None"),
        (lambda dW, db: (np.round(dW), db), "dW has lost all decimals"),
    ],
)
def test_of_several_parts_those_that_are_right_are_named(wrong, words):
    judge = parts_agree_with(_linear, ("dW", "db"), about={"dW": "Look here."})
    exercise = make(judge, cases=_layers)
    verdict = exercise.verdict(lambda X, dZ: wrong(*_linear(X, dZ)), 0)
    assert words in verdict.sentence and verdict.named


def test_finite_differences_judge_what_returns_derivatives():
    def loss(X, W, b, dZ):
        return (dZ * (X @ W + b)).sum()

    def at(X, dZ):
        return X, np.zeros((X.shape[1], dZ.shape[1])), np.zeros(dZ.shape[1]), dZ

    both = make(matches_numerical_gradient(loss, ("dW", "db"), at=at), cases=_layers)
    assert both.verdict(_linear, 0).correct
    one = make(matches_numerical_gradient(loss, "dW", at=at), cases=_layers)
    assert one.verdict(lambda X, dZ: X.T @ dZ, 0).correct
    verdict = one.verdict(lambda X, dZ: X.T @ dZ + np.eye(X.shape[1], dZ.shape[1]), 0)
    assert verdict.sentence.startswith("Finite differences disagree. For X = ")
    assert re.search(r"dW\[0, 0\] is .*, and it should be ", verdict.sentence) and not verdict.named


def test_several_answers_are_plural():
    exercise = make(
        agrees_with(lambda x: [0, x > 1], "No.", "The answers"), cases=lambda rng: [(1,), (2,)]
    )
    said = exercise.verdict(lambda x: [1, x <= 1], 0).sentence
    assert said == "The answers are reversed: 1 in place of 0, and 0 in place of 1."
    assert exercise.verdict(lambda x: [False, False], 0).sentence == (
        "No. It is right where x is 1, and wrong elsewhere. For x = 2, it returned "
        "[False, False]; entry [1] should be 1."
    )
