"""Program slicing: find the statements of the cells above an answer on which it depends.

An answer that uses `helper` needs the statements that bind `helper` or change its value, and
those that these need in turn; it does not need the training and the plots between them.
"""

import ast
import codecs
import re
import symtable
from dataclasses import dataclass

__all__ = ["PARSE_ERRORS", "needed_statements", "parse_cell"]

MAGIC = re.compile(r"(?m)^[ \t]*[%!?].*$|^.*\?[ \t]*$")
SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
PARSE_ERRORS = (SyntaxError, ValueError, RecursionError, MemoryError)
# ast.unparse needs this codec, later, as a user who may not read the files of Python.
codecs.lookup("unicode_escape")
STAR = "*"  # stands for the unknown names that `from … import *` binds


@dataclass(frozen=True)
class _Statement:
    """A statement, and the names that it imports, assigns, mutates and reads."""

    tree: ast.stmt
    imported: set[str]
    assigned: set[str]
    mutated: set[str]
    read: set[str]


def parse_cell(source, filename):
    """The syntax tree of a cell, without its IPython lines: those with %, ! or ?.

    Raises one of `PARSE_ERRORS` for source that is not Python.
    """
    try:
        return ast.parse(source, filename)
    except SyntaxError:
        return ast.parse(MAGIC.sub("", source), filename)


def needed_statements(above, cell, name):
    """The statements of the cells `above` on which `cell` depends, or the `name` it defines."""
    statements = []
    for source in above:
        try:
            statements += [_statement(tree) for tree in parse_cell(source, "above").body]
        except PARSE_ERRORS:
            continue
    imported = {STAR}.union(*(statement.imported for statement in statements))
    names = {name, STAR} | _names_used(cell)
    chosen = set()
    while new := {
        i
        for i, s in enumerate(statements)
        if i not in chosen and names & (s.imported | s.assigned | (s.mutated - imported))
    }:
        chosen |= new
        names = names.union(*(statements[i].read for i in new))
    return [statements[i].tree for i in sorted(chosen)]


def _names_used(cell):
    try:
        return _names_read(_symbol_table(cell))
    except PARSE_ERRORS:  # the error will be reported when the cell is run
        return {node.id for node in ast.walk(cell) if isinstance(node, ast.Name)}


def _statement(tree):
    table = _symbol_table(tree)
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    names = {(a.asname or a.name).partition(".")[0] for node in imports for a in node.names}
    if any(getattr(node, "module", "") == "__future__" for node in imports):
        names.add(STAR)
    return _Statement(
        tree,
        names,
        {symbol.get_name() for symbol in table.get_symbols() if symbol.is_assigned()},
        set(_names_mutated(tree)),
        _names_read(table),
    )


def _symbol_table(tree):
    return symtable.symtable(ast.unparse(tree), "cell", "exec")


def _names_read(table, is_inner=False):
    """The names that a piece of code reads, without the local names of its functions."""
    read = {
        symbol.get_name()
        for symbol in table.get_symbols()
        if (symbol.is_global() if is_inner else symbol.is_referenced())
    }
    return read.union(*(_names_read(child, True) for child in table.get_children()))


def _names_mutated(node):
    """The names whose values may be mutated: x of `x[0] = 1`, `del x[0]`, `x.append(1)`, `f(x)`."""
    if isinstance(node, SCOPES):
        return
    if isinstance(node, ast.Call):
        arguments = [*node.args, *(keyword.value for keyword in node.keywords)]
        for part in (node.func, *arguments):
            if part is not node.func or isinstance(part, ast.Attribute):
                yield from _base_name(part)
    elif isinstance(node, ast.For):
        yield from _base_name(node.iter)  # for row in x: row[0] = 1
    elif isinstance(getattr(node, "ctx", None), ast.Store | ast.Del):
        yield from _base_name(node)
    for child in ast.iter_child_nodes(node):
        yield from _names_mutated(child)


def _base_name(node):
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    if isinstance(node, ast.Name):
        yield node.id
