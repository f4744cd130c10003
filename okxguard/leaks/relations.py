"""Collect which names of a module are made of which others, and which names its sinks show."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from okxguard.leaks.library import Library
from okxguard.leaks.relation_calls import CallRelations
from okxguard.leaks.relation_definitions import Definitions
from okxguard.leaks.relation_flows import CAUGHT, RAISED, held_by
from okxguard.leaks.relation_handover import Handover
from okxguard.leaks.relation_layout import Layout
from okxguard.leaks.relation_notes import Notes
from okxguard.leaks.relation_scopes import NameScope, annotated_names, last_name, targets_of, text_of
from okxguard.leaks.slots import slots_of

if TYPE_CHECKING:
    from okxguard.leaks.surveys import Brought

_TELLING = ("ValidationError", "InvalidHeader", "SettingsError")


class Relations:
    """Reads one module; what it learns is in `notes`."""

    def __init__(
        self,
        layout: Layout,
        library: Library,
        is_secret: Callable[[str], bool],
        brought: Brought,
        echoed: frozenset[int],
    ) -> None:
        self.notes = Notes(layout, library, is_secret, brought)
        self._library = library
        self._echoed = echoed
        self._layout = layout
        self._into = self.notes.into
        self._flow = self.notes.flows.of
        self._handover = Handover(self.notes)
        self._definitions = Definitions(self.notes, self._handover)
        calls = CallRelations(self.notes, self._definitions, self._handover)
        self._handlers: dict[type, Callable[[Any, NameScope], None]] = {
            ast.Assign: self._assigned,
            ast.AnnAssign: self._annotated,
            ast.AugAssign: self._changed,
            ast.NamedExpr: self._changed,
            ast.For: self._loop,
            ast.AsyncFor: self._loop,
            ast.comprehension: self._loop,
            ast.With: self._with,
            ast.AsyncWith: self._with,
            ast.Match: self._match,
            ast.FunctionDef: self._definitions.function,
            ast.AsyncFunctionDef: self._definitions.function,
            ast.ClassDef: self._definitions.classes,
            ast.Call: calls.call,
            ast.Dict: calls.mapping,
            ast.Subscript: calls.item,
            ast.Raise: self._raised,
            ast.Assert: self._asserted,
            ast.Expr: self._expression,
            ast.ExceptHandler: self._caught,
            ast.Attribute: self._attribute,
        }

    def read(self) -> Notes:
        """Collect the relations of a module."""
        for node, _ in self._layout.nodes:
            if type(node) is ast.Assign:
                self._definitions.assigned(node)
        for scope in self._layout.scopes:
            self._shadow(scope)
        for node, scope in self._layout.nodes:
            self._handlers[type(node)](node, scope)
        self._definitions.join()
        self._handover.join()
        self.notes.join()
        return self.notes

    def _shadow(self, scope: NameScope) -> None:
        """Note that a variable of a function may be that around it, as long as nothing was assigned to it."""
        outer = scope.outer
        while outer is not None:
            for name in (scope.locals - scope.outside) & outer.locals:
                if name not in scope.parameters:
                    self._into[scope.resolve(name)].add(outer.resolve(name))
            outer = outer.outer

    def _assign(self, targets: Iterable[ast.AST], value: ast.AST | None, scope: NameScope) -> None:
        flow = self._flow(value, scope)
        for target in targets:
            if isinstance(target, ast.Subscript):
                text = text_of(target.slice)
                flow = flow | ({text} if text is not None else self._flow(target.slice, scope))
            if isinstance(target, (ast.Subscript, ast.Attribute)):
                self.notes.fill(target, flow, scope)
                continue
            for name in targets_of(target, scope):
                self._into[name] |= flow
                self.notes.alias(name, value, scope)

    def _assigned(self, node: ast.Assign, scope: NameScope) -> None:
        self._assign(node.targets, node.value, scope)
        for value, name in slots_of(node, self._library.slots):
            self.notes.fill(value, {name}, scope)
        for target in node.targets:
            if isinstance(target, ast.Attribute) and self._library.may_set(target.attr):
                self.notes.switches = True

    def _changed(self, node: ast.AugAssign | ast.NamedExpr, scope: NameScope) -> None:
        self._assign([node.target], node.value, scope)

    def _annotated(self, node: ast.AnnAssign, scope: NameScope) -> None:
        self._assign([node.target], node.value, scope)
        for target in targets_of(node.target, scope):
            self._into[target].update(annotated_names(node.annotation))

    def _loop(self, node: ast.For | ast.AsyncFor | ast.comprehension, scope: NameScope) -> None:
        self._assign([node.target], node.iter, scope)

    def _with(self, node: ast.With | ast.AsyncWith, scope: NameScope) -> None:
        for item in node.items:
            if item.optional_vars is not None:
                self._assign([item.optional_vars], item.context_expr, scope)

    def _match(self, node: ast.Match, scope: NameScope) -> None:
        flow = self._flow(node.subject, scope)
        for case in node.cases:
            for pattern in ast.walk(case.pattern):
                if isinstance(pattern, ast.MatchMapping):
                    self._match_mapping(pattern, node.subject, scope)
                for attribute in ("name", "rest"):
                    name = getattr(pattern, attribute, None)
                    if isinstance(name, str):
                        self._into[scope.resolve(name)] |= flow

    def _match_mapping(self, pattern: ast.MatchMapping, subject: ast.expr, scope: NameScope) -> None:
        for key, inner in zip(pattern.keys, pattern.patterns, strict=True):
            text = text_of(key)
            if text is not None and self.notes.is_secret(text):
                self.notes.fill(subject, {text}, scope)
            if isinstance(inner, ast.MatchAs) and inner.name is not None and text is not None:
                self._into[scope.resolve(inner.name)].add(text)

    def _attribute(self, node: ast.Attribute, scope: NameScope) -> None:
        if self._library.may_hand(node.attr, self._layout.imported):
            self.notes.switches = True
        if isinstance(node.ctx, ast.Load) and node.attr != "environ" and self.notes.is_secret(node.attr):
            around: ast.AST = node.value
            while isinstance(around, (ast.Attribute, ast.Name)):
                self._into[held_by(last_name(around))].add(node.attr)
                around = around.value if isinstance(around, ast.Attribute) else ast.Constant(None)
            names = [name for name in targets_of(node.value, scope) if not name.startswith("self@")]
            if names:
                self.notes.reads.append((names, node.attr))

    def _raised(self, node: ast.Raise, scope: NameScope) -> None:
        self._tell(node.exc, scope)

    def _asserted(self, node: ast.Assert, scope: NameScope) -> None:
        self._tell(node.msg, scope)

    def _tell(self, told: ast.expr | None, scope: NameScope) -> None:
        """Note that an exception shows an expression."""
        flow = self._flow(told, scope)
        if isinstance(told, ast.Call):
            flow |= self.notes.flows.given(told, scope)
        self.notes.show(flow, scope)
        self._into[RAISED] |= flow

    def _expression(self, node: ast.Expr, scope: NameScope) -> None:
        if id(node) in self._echoed or isinstance(node.value, (ast.Tuple, ast.Name, ast.BinOp, ast.JoinedStr)):
            self.notes.show(self._flow(node.value, scope), scope)

    def _caught(self, node: ast.ExceptHandler, scope: NameScope) -> None:
        if node.name:
            own = self._into[scope.resolve(node.name)]
            own.add(RAISED)
            if last_name(node.type).endswith(_TELLING):
                own.add(CAUGHT)
