"""Telling an answer that was not begun from one that is wrong.

A blank is a bare `...` that is returned, assigned, used in place of a number, or stands
alone; or a function with no code of its own. The dots of an index, as in ``X[..., 0]``, are
no blank.
"""

import ast
import dis
import functools
import inspect
import textwrap

__all__ = ["has_blank", "holds_ellipsis"]

# Where `...` stands for something that is still to be written.
PLACES = (ast.Expr, ast.Assign, ast.AnnAssign, ast.Return, ast.BinOp, ast.UnaryOp, ast.Compare)


def has_blank(answer):
    """Does `answer`, a function, a class or a value, still hold a blank?"""
    try:
        if not callable(answer):
            return holds_ellipsis(answer)
        return any(_is_empty(f.__code__) or _mentions_blank(f) for f in _functions(answer))
    except BaseException:  # an object that cannot be looked at is no blank
        return False


def holds_ellipsis(value):
    """Is `value` the dots, or a list or tuple with dots in it?"""
    if isinstance(value, list | tuple):
        return any(item is Ellipsis or holds_ellipsis(item) for item in value[:100])
    return value is Ellipsis


def _functions(answer):
    if inspect.isclass(answer):
        return [f for f in vars(answer).values() if inspect.isfunction(f)]
    while isinstance(answer, functools.partial):
        answer = answer.func
    answer = inspect.unwrap(answer)
    if not inspect.isroutine(answer):
        answer = type(answer).__call__
    answer = getattr(answer, "__func__", answer)
    return [answer] if inspect.isfunction(answer) else []


def _is_empty(code):
    names = {i.opname for i in dis.get_instructions(code)} - {"RESUME", "NOP"}
    returned = [i.argval for i in dis.get_instructions(code) if i.opname.endswith("_CONST")]
    return names <= {"LOAD_CONST", "RETURN_CONST", "RETURN_VALUE"} and returned == [None]


def _mentions_blank(function):
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (OSError, TypeError, SyntaxError):
        return False
    if not isinstance(tree.body[0], ast.FunctionDef):
        return False
    return any(
        _is_dots(child)
        for node in ast.walk(tree)
        if isinstance(node, PLACES)
        for child in ast.iter_child_nodes(node)
    )


def _is_dots(node):
    if isinstance(node, ast.Tuple | ast.List):
        return bool(node.elts) and all(_is_dots(item) for item in node.elts)
    return isinstance(node, ast.Constant) and node.value is Ellipsis
