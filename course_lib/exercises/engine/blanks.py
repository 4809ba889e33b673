"""Detect answers that are not started.

A blank is an `...` that is returned, assigned, used as an operand, or a statement by itself; a
function without code is one too. The `...` of an index, as in ``X[..., 0]``, is not a blank.
"""

import ast
import dis
import functools
import inspect
import textwrap

__all__ = ["has_blank", "holds_ellipsis", "is_blank_definition"]

# The parents of an `...` that is a blank.
PARENTS = (
    ast.Expr,
    ast.Assign,
    ast.AnnAssign,
    ast.Return,
    ast.BinOp,
    ast.UnaryOp,
    ast.Compare,
)


def has_blank(answer):
    """True if `answer`, a function, a class or a value, contains a blank."""
    try:
        if not callable(answer):
            return holds_ellipsis(answer)
        return any(_is_empty(f.__code__) or _mentions_blank(f) for f in _functions(answer))
    except BaseException:  # an object whose attributes raise is not a blank
        return False


def holds_ellipsis(value):
    """True if `value` is `...`, or a list or tuple that contains it."""
    if isinstance(value, list | tuple):
        return any(item is Ellipsis or holds_ellipsis(item) for item in value[:100])
    return value is Ellipsis


def is_blank_definition(tree, name):
    """True if this statement defines `name` as a blank: `def name(): ...`, or `name = ...`."""
    if isinstance(tree, ast.FunctionDef) and tree.name == name:
        body = [node for node in tree.body if not _is_docstring(node)]
        empty = all(isinstance(node, ast.Pass) or _raises_not_implemented(node) for node in body)
        return empty or _holds_blank(tree)
    if isinstance(tree, ast.Assign) and any(getattr(t, "id", "") == name for t in tree.targets):
        return _is_ellipsis(tree.value)
    return False


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
    return isinstance(tree.body[0], ast.FunctionDef) and _holds_blank(tree)


def _holds_blank(tree):
    return any(
        _is_ellipsis(child)
        for node in ast.walk(tree)
        if isinstance(node, PARENTS)
        for child in ast.iter_child_nodes(node)
    )


def _is_docstring(node):
    return isinstance(node, ast.Expr) and isinstance(getattr(node.value, "value", None), str)


def _raises_not_implemented(node):
    return isinstance(node, ast.Raise) and "NotImplementedError" in ast.unparse(node)


def _is_ellipsis(node):
    if isinstance(node, ast.Tuple | ast.List):
        return bool(node.elts) and all(_is_ellipsis(item) for item in node.elts)
    return isinstance(node, ast.Constant) and node.value is Ellipsis
