"""How an application says who calls and what went wrong, read from its syntax trees."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from backwright._files import read_bounded
from backwright.errors import TooLargeError, UnsupportedProjectError
from backwright.scaffold.database import SessionSource
from backwright.scaffold.features import Auth
from backwright.scaffold.guards import Guard, Guards, guard_of
from backwright.scaffold.models import target_of
from backwright.scaffold.names import counted
from backwright.scaffold.parsing import parse
from backwright.scaffold.project import MAX_SOURCE_BYTES, Facts, Symbol, sources
from backwright.scaffold.relations import module_of
from backwright.scaffold.statements import last_name, unaliased

_SIGNS = re.compile(rb"exception_handler|Depends|Security|class |Annotated|def ")
_NAMES = re.compile(
    r"(get_|require_)?(current|authenticated|logged_in|signed_in)_(active_|verified_)?"
    r"(user|principal|account|identity|actor|subject|caller)|get_(principal|user_from_token|identity)|"
    r"(require|verify|authenticate)_(user|token|auth|jwt|access_token)"
)
# What the router calls the object that it makes of a class.
_MADE = "authenticated"
_STATE = re.compile(r"(?!require|verify|authenticate)")
_METHODS = frozenset({"get", "post", "put", "patch", "delete", "api_route"})
_HANDLED = {"HTTPException", "StarletteHTTPException"}
# What tells one caller from another, the surest first.
_SUBJECTS = ("id", "sub", "subject", "user_id", "uid", "username", "email")


@dataclass(frozen=True, slots=True)
class AuthSource:
    """The dependency that says who calls.

    Args:
        name: its name.
        module: where it is.
        principal: the class that it gives, where it says so.
        principal_module: where that class is.
        subject: an expression for what tells one `caller` from another, as a string; `none` where nothing does.
        notes: what it was chosen by, and what is doubtful.
    """

    name: str
    module: str
    principal: str | None = None
    principal_module: str | None = None
    subject: str = "none"
    notes: tuple[str, ...] = ()
    made_by: tuple[str, str] | None = None
    """The class and its module, where the router has to make the dependency of it."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """What may say who calls: whether it takes scopes, and the class that it gives where it says so."""

    symbol: Symbol
    scopes: bool
    gives: str | None
    made: bool = False
    """Whether the symbol is a class, and a call of it is what others depend on."""


@dataclass(slots=True)
class Conventions:
    """What reading found."""

    handler: Symbol | None = None
    candidates: list[Candidate] = field(default_factory=list)
    uses: Counter[str] = field(default_factory=Counter)
    classes: dict[str, tuple[str, ast.ClassDef]] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    annotations: Counter[str] = field(default_factory=Counter)
    guards: Guards = field(default_factory=Guards)

    def used(self, name: str) -> int:
        """How often something depends on this, directly or by an alias such as `SessionDep`."""
        name = name.rpartition(".")[2]
        return self.uses[name] + sum(self.annotations[alias] for alias, on in self.aliases.items() if on == name)

    def session(self, facts: Facts) -> tuple[SessionSource, tuple[str, ...]]:
        """The session dependency that most of the project uses, and what is doubtful about that.

        Raises:
            UnsupportedProjectError: there is none, or it cannot be told which.
        """
        ranked = sorted(facts.sessions, key=lambda each: (-self.used(each.name), each.path))
        best = [each for each in ranked if self.used(each.name) == self.used(ranked[0].name)]
        if len(best) != 1:
            found = ", ".join(f"{each.name} ({each.path}:{each.line})" for each in best)
            raise UnsupportedProjectError(
                f"which dependency gives the session cannot be told: {found}"
                if best
                else "the project has no dependencies that yield a Session or an AsyncSession",
                hint=_session_hint(facts),
            )
        others = [f"{each.name} ({each.path}:{each.line})" for each in ranked[1:]]
        if not others:
            return best[0], ()
        chosen = best[0]
        uses = (
            f"{chosen.name} ({chosen.path}:{chosen.line}) gives the session, which {self.used(chosen.name)} places use"
        )
        return best[0], (f"{uses}; is that right? There are {', '.join(others)} as well",)

    def auth(self, wanted: Auth, facts: Facts, chosen: Candidate | None = None) -> AuthSource:
        """The dependency that a resource with this authorization hangs on; `chosen` where backwright.yaml names it.

        Raises:
            UnsupportedProjectError: there is none, it cannot be told which, or it does not know the scopes.
        """
        # What is called like an action may be a helper; it is a dependency where something depends on it.
        known = (
            [chosen]
            if chosen
            else [each for each in self.candidates if _STATE.match(each.symbol.name) or self.used(each.symbol.name)]
        )
        known = known or self._guarding()
        if not known:
            raise self._nobody(facts)
        fit = [each for each in known if each.scopes or not wanted.scopes]
        if not fit:
            raise UnsupportedProjectError(
                f"{self._listed(known)} takes no SecurityScopes, so {', '.join(wanted.scopes)} would not be enforced",
                hint="give it a parameter of type SecurityScopes, or leave read and write out of auth: "
                "then signing in is enough",
            )
        ranked = sorted(fit, key=lambda each: (-self.used(each.symbol.name), each.symbol.path))
        best = ranked[0]
        rivals = [each for each in ranked[1:] if self.used(each.symbol.name) == self.used(best.symbol.name)]
        if rivals:
            raise UnsupportedProjectError(
                f"which of these says who calls cannot be told: {self._listed([best, *rivals])}",
                hint="name it in backwright.yaml: `scaffold: {auth: app.auth:get_current_user}`",
            )
        return self._source(best, ranked[1:], facts)

    def _guarding(self) -> list[Candidate]:
        """The objects that only refuse: what they answer is used nowhere, so that is what they are there for."""
        return [_refusing(guard) for guard in self.guards.found(self.classes) if self.guards.used(guard)]

    def _nobody(self, facts: Facts) -> UnsupportedProjectError:
        maybe = self.guards.found(self.classes)
        listed = ", ".join(f"{each.name} ({each.path}:{each.line})" for each in maybe)
        name = f"{module_of(maybe[0].path, facts)}:{maybe[0].name}" if maybe else "app.auth:name"
        return UnsupportedProjectError(
            "the project has no dependency that says who calls, such as get_current_user"
            + (f"; is it {listed}?" if maybe else ""),
            hint=f"{'' if maybe else 'write it first, or '}name it in backwright.yaml, `scaffold: {{auth: {name}}}`; "
            "one is never invented in a project that is there",
        )

    def _listed(self, candidates: list[Candidate]) -> str:
        return ", ".join(f"{each.symbol.name} ({each.symbol.path}:{each.symbol.line})" for each in candidates)

    def _source(self, best: Candidate, others: list[Candidate], facts: Facts) -> AuthSource:
        uses = self.used(best.symbol.name) or self.used(f"{best.symbol.name}()")
        users = counted(uses, "route or dependency uses", "routes or dependencies use")
        notes = [f"auth hangs on {self._listed([best])}, which {users}"]
        if best.made:
            notes.append(f"{best.symbol.name} says that someone may, not who: callers are not told apart")
        if others:
            notes.append(f"is that right? There are {self._listed(others)} as well")
        path, found = self.classes.get(best.gives or "", ("", None))
        subject = next((name for name in _SUBJECTS if found and name in self._attributes(found)), None)
        module = module_of(best.symbol.path, facts)
        return AuthSource(
            name=_MADE if best.made else best.symbol.name,
            module=module,
            made_by=(best.symbol.name, module) if best.made else None,
            principal=best.gives if found else None,
            principal_module=module_of(path, facts) if found else None,
            subject=f"str(caller.{subject})" if subject else "none",
            notes=tuple(notes),
        )

    def _attributes(self, found: ast.ClassDef, depth: int = 0) -> set[str]:
        names = {name for statement in found.body if (name := target_of(statement)) is not None}
        for base in found.bases if depth < 5 else ():  # noqa: PLR2004  deeper than anyone looks
            _, above = self.classes.get(ast.unparse(base).rpartition(".")[2], ("", None))
            names |= self._attributes(above, depth + 1) if above else set()
        return names


def read_conventions(root: Path) -> Conventions:
    """What the modules of the project say; what does not parse is passed over.

    Raises:
        UnsupportedProjectError: there are more files than can be read.
    """
    found = Conventions()
    for path in sources(root):
        try:
            data = read_bounded(path, MAX_SOURCE_BYTES)
            if _SIGNS.search(data):
                _read_module(found, unaliased(parse(data.decode("utf-8"))), path.relative_to(root).as_posix())
        except (OSError, SyntaxError, ValueError, RecursionError, TooLargeError):
            continue
    return found


def _read_module(found: Conventions, tree: ast.Module, path: str) -> None:
    found.guards.read(tree, path)
    for statement in tree.body:
        candidate = _candidate(statement, path)
        if candidate is not None:
            found.candidates.append(candidate)
        if isinstance(statement, ast.ClassDef):
            found.classes.setdefault(statement.name, (path, statement))
        found.aliases |= dict(_alias(statement))
    for node in ast.walk(tree):
        if isinstance(node, ast.arg) and node.annotation is not None:
            found.annotations[ast.unparse(node.annotation).rpartition(".")[2]] += 1
        elif isinstance(node, ast.Call):
            called = ast.unparse(node.func).rpartition(".")[2]
            if called in {"Depends", "Security"} and node.args:
                found.uses[ast.unparse(node.args[0]).rpartition(".")[2]] += 1
            elif found.handler is None and any(name in _HANDLED for name in _handled(node, called)):
                found.handler = Symbol(path, node.lineno, called)


def _alias(statement: ast.stmt) -> Iterator[tuple[str, str]]:
    """`SessionDep` and `get_session` of `SessionDep = Annotated[AsyncSession, Depends(get_session)]`."""
    name, value = target_of(statement), getattr(statement, "value", None)
    if name is None or not isinstance(value, ast.Subscript) or last_name(value.value) != "Annotated":
        return
    for node in ast.walk(value):
        if isinstance(node, ast.Call) and last_name(node.func) in {"Depends", "Security"} and node.args:
            yield name, ast.unparse(node.args[0]).rpartition(".")[2]


def _handled(node: ast.Call, called: str) -> Iterator[str]:
    """The exceptions that this call gives a handler to."""
    if called in {"exception_handler", "add_exception_handler"} and node.args:
        yield ast.unparse(node.args[0]).rpartition(".")[2]
    for keyword in node.keywords:
        if keyword.arg == "exception_handlers" and isinstance(keyword.value, ast.Dict):
            yield from (ast.unparse(key).rpartition(".")[2] for key in keyword.value.keys if key is not None)


def _refusing(guard: Guard) -> Candidate:
    said = candidate_of(guard.call, guard.path, guard.name)
    return replace(said, symbol=Symbol(guard.path, guard.line, guard.name), gives=None, made=guard.made)


def _session_hint(facts: Facts) -> str:
    """Where to say which dependency it is, with what may be one."""
    held = facts.held.every()
    name = f"{module_of(held[0].path, facts)}:{held[0].name}" if held else "app.db:get_session"
    asked = [f"is it {each.name} ({each.path}:{each.line})?" for each in held]
    seen = [f"{each.name} ({each.path}:{each.line}) stands on {on}" for each, on in facts.session_aliases]
    said = ", ".join(asked or seen) or "it is an `async def` that yields the session"
    return f"name it in backwright.yaml: `scaffold: {{session: {name}}}`; {said}"


def candidate_of(statement: ast.stmt, path: str, name: str) -> Candidate:
    """What a definition says of itself, taken for a dependency that says who calls."""
    if isinstance(statement, ast.ClassDef):
        guard = guard_of(name, {name: (path, statement)}, named=True)
        return _refusing(guard) if guard else Candidate(Symbol(path, statement.lineno, name), scopes=False, gives=None)
    if not isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
        return Candidate(Symbol(path, statement.lineno, name), scopes=False, gives=None)
    arguments = [*statement.args.posonlyargs, *statement.args.args, *statement.args.kwonlyargs]
    scopes = any(each.annotation and "SecurityScopes" in ast.unparse(each.annotation) for each in arguments)
    gives = statement.returns.id if isinstance(statement.returns, ast.Name) else None
    return Candidate(Symbol(path, statement.lineno, name), scopes, gives)


def _candidate(statement: ast.stmt, path: str) -> Candidate | None:
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef) and _NAMES.fullmatch(statement.name):
        if any(isinstance(each, ast.Call) and last_name(each.func) in _METHODS for each in statement.decorator_list):
            return None  # an operation of the API
        return candidate_of(statement, path, statement.name)
    if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Call):
        target = statement.targets[0]
        # fastapi-users makes its dependencies by a call.
        made = ast.unparse(statement.value.func).endswith(".current_user")
        if made and isinstance(target, ast.Name) and _NAMES.fullmatch(target.id):
            return Candidate(Symbol(path, statement.lineno, target.id), scopes=False, gives=None)
    return None
