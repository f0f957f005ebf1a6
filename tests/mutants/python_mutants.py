"""Changes of a Python module: operators, numbers, conditions, statements, results.

Left alone are annotations, docstrings and text in quotes: what a message says
is held by tests of exact text, and changing a key is noticed at once.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator

from tests.mutants.mutant import Mutant, numbered

COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.Pow: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.BitXor: ast.BitOr,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
}
PAIRS = (
    ("minimum", "maximum"),
    ("min", "max"),
    ("any", "all"),
    ("argmin", "argmax"),
    ("floor", "ceil"),
)
OPPOSITES = {one: other for pair in PAIRS for one, other in (pair, pair[::-1])}

Replacement = tuple[ast.AST, ast.AST]
"""A node of the tree and what takes its place."""


def _comparison(node: ast.Compare) -> Iterator[ast.AST]:
    for place, operator in enumerate(node.ops):
        changed = copy.deepcopy(node)
        changed.ops[place] = COMPARISONS[type(operator)]()
        yield changed


def _constant(node: ast.Constant) -> Iterator[ast.AST]:
    if isinstance(node.value, bool):
        yield ast.Constant(not node.value)
    elif isinstance(node.value, int | float):
        yield ast.Constant(node.value + 1)


def _call(node: ast.Call) -> Iterator[ast.AST]:
    changed = copy.deepcopy(node)
    function = changed.func
    if isinstance(function, ast.Attribute) and function.attr in OPPOSITES:
        function.attr = OPPOSITES[function.attr]
        yield changed
    elif isinstance(function, ast.Name) and function.id in OPPOSITES:
        function.id = OPPOSITES[function.id]
        yield changed
    elif isinstance(function, ast.Attribute) and function.attr == "where" and len(node.args) == 3:
        changed.args[1:] = changed.args[:0:-1]
        yield changed


def _expression(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what may take the place of an expression."""
    match node:
        case ast.Compare():
            yield from _comparison(node)
        case ast.BinOp() if type(node.op) in ARITHMETIC:
            yield ast.BinOp(node.left, ARITHMETIC[type(node.op)](), node.right)
        case ast.BoolOp():
            yield ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
        case ast.UnaryOp(op=ast.Not() | ast.Invert()):
            yield node.operand
        case ast.UnaryOp(op=ast.USub()) if not isinstance(node.operand, ast.Constant):
            yield node.operand
        case ast.IfExp():
            yield ast.IfExp(node.test, node.orelse, node.body)
        case ast.Constant():
            yield from _constant(node)
        case ast.Call():
            yield from _call(node)


def _is_removable(node: ast.AST) -> bool:
    """Tell whether a statement can be left out without leaving a name undefined."""
    if isinstance(node, ast.Assign):
        return all(isinstance(one, ast.Subscript | ast.Attribute) for one in node.targets)
    is_call = isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)
    return is_call or isinstance(node, ast.AugAssign | ast.Raise)


def _statement(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what may take the place of a statement."""
    if _is_removable(node):
        yield ast.Pass()
    elif isinstance(node, ast.Return) and node.value is not None:
        if not (isinstance(node.value, ast.Constant) and node.value.value is None):
            yield ast.Return(ast.Constant(None))
    elif isinstance(node, ast.Continue):
        yield ast.Break()
    elif isinstance(node, ast.Break):
        yield ast.Continue()
    elif isinstance(node, ast.If) and not isinstance(node.test, ast.Compare | ast.UnaryOp):
        yield ast.If(ast.UnaryOp(ast.Not(), node.test), node.body, node.orelse)


def _children(node: ast.AST) -> Iterator[tuple[str, int | None, ast.AST]]:
    """Yield field, index and child of each child that may be changed."""
    skipped = {"annotation", "returns", "type_params", "decorator_list"}
    if isinstance(node, ast.JoinedStr):
        return
    for field, value in ast.iter_fields(node):
        if field in skipped:
            continue
        if isinstance(value, ast.AST):
            yield field, None, value
        elif isinstance(value, list):
            yield from ((field, i, one) for i, one in enumerate(value) if isinstance(one, ast.AST))


def _put(parent: ast.AST, field: str, index: int | None, child: ast.AST) -> None:
    if index is None:
        setattr(parent, field, child)
    else:
        getattr(parent, field)[index] = child


def _headline(node: ast.AST) -> str:
    """Return the first line of a node's source."""
    return ast.unparse(ast.fix_missing_locations(node)).splitlines()[0]


def _mutants(tree: ast.Module, path: str, parent: ast.AST, place: str) -> Iterator[Mutant]:
    for field, index, child in _children(parent):
        for changed in (*_statement(child), *_expression(child)):
            before, after = _headline(child), _headline(changed)
            _put(parent, field, index, changed)
            text = ast.unparse(ast.fix_missing_locations(tree))
            _put(parent, field, index, child)
            yield Mutant(path=path, place=place, before=before, after=after, text=text + "\n")
        inner = place
        if isinstance(child, ast.FunctionDef | ast.ClassDef):
            inner = f"{place}.{child.name}".strip(".")
        yield from _mutants(tree, path, child, inner)


def python_mutants(path: str, text: str) -> list[Mutant]:
    """Return every mutant of a Python module.

    Parameters
    ----------
    path : str
        The file below the root of the project.
    text : str
        Its content.

    Returns
    -------
    list of Mutant
        In the order of the source.
    """
    tree = ast.parse(text)
    return numbered(_mutants(tree, path, tree, ""))
