"""How a file of answers is received: `make diagnose`."""

import json

import pytest

from course_grading import diagnose

ANSWERS = [
    ("ch05.relu_backward", "def relu_backward(dA, Z):\n    return dA * (Z > 0)", True, "correct"),
    ("ch05.relu_backward", "def relu_backward(dA, Z):\n    return (Z > 0) * dA", False, "ACCEPTED"),
    ("ch05.relu_backward", "def relu_backward(dA, Z):\n    return -dA * (Z > 0)", True, "REFUSED"),
    ("ch05.relu_backward", "def relu_backward(dA, Z):\n    return -dA * (Z > 0)", False, "named"),
    (
        "ch05.relu_backward",
        "def relu_backward(dA, Z):\n    return dA**3 + Z + 5",
        False,
        "case only",
    ),
    ("ch05.relu_backward", "def relu_backward(dA, Z):\n    return ...", False, "not started"),
    ("ch02.mse", "def mse(X, y, theta):\n    return cost(theta, X, y)", True, "correct"),
]


def written(path, answers=ANSWERS):
    rows = [{"exercise": key, "code": code, "right": right} for key, code, right, _ in answers]
    path.write_text(json.dumps(rows), encoding="utf-8")
    return str(path)


def test_each_answer_is_received_as_if_it_had_been_handed_in(sandbox):
    """Also with what the notebook defines above it, such as `cost`."""
    rows = [{"exercise": key, "code": code, "right": right} for key, code, right, _ in ANSWERS]
    received = [kind for kind, _ in diagnose.received(rows, sandbox)]
    assert received == [kind for *_, kind in ANSWERS]


def test_what_was_not_understood_is_printed_and_all_is_counted(sandbox, tmp_path, capsys):
    diagnose.main([written(tmp_path / "answers.json")])
    printed = capsys.readouterr().out
    assert (
        "case only: ch05.relu_backward\n    def relu_backward(dA, Z):\n        return dA**3"
        in printed
    )
    assert "named: ch05" not in printed
    assert "25% of 4 wrong answers were told what is wrong." in printed


@pytest.mark.parametrize(
    "text", ["{", "[3]", '[{"exercise": "ch05.nothing", "code": ""}]', '[{"code": ""}]']
)
def test_another_file_is_refused_in_a_line(sandbox, tmp_path, text):
    (tmp_path / "answers.json").write_text(text)
    with pytest.raises(SystemExit, match="Error: "):
        diagnose.main([str(tmp_path / "answers.json")])
