"""`backwright route`: which skill fits a request, and why; one request, or a file of them."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from backwright.cli._served import add_served_options, app_of
from backwright.cli._width import folded
from backwright.cli.command import Command, Exit

if TYPE_CHECKING:
    from backwright.app import App
    from backwright.routing.decision import Match, Routing

_RANKED = 10
_EXPLAINED = 5


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("text", nargs="?", metavar="TEXT", help="the request, in any language")
    parser.add_argument("--name", metavar="NAME[@RANGE]", help="the skill that is wanted, whatever the text says")
    parser.add_argument("--path", action="append", default=[], metavar="P", help="a file at hand; may be repeated")
    parser.add_argument("--keyword", action="append", default=[], metavar="K", help="a technical word; may be repeated")
    parser.add_argument("--context", action="append", default=[], metavar="C", help="a library of the project")
    parser.add_argument("--explain", action="store_true", help="also what came next, and what would have changed it")
    parser.add_argument(
        "--batch",
        metavar="FILE",
        help="JSON lines with id, prompt, and if wanted paths, keywords and context; - for standard input",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    add_served_options(parser)


def _run(arguments: argparse.Namespace) -> int:
    from backwright.errors import InvalidInputError

    if (arguments.text is None) == (arguments.batch is None):
        raise InvalidInputError("route needs a text or --batch FILE", hint='write `backwright route "TEXT"`')
    app = app_of(arguments)
    if arguments.batch is not None:
        return _batch(app, arguments.batch)
    sent = _Sent(tuple(arguments.path), tuple(arguments.keyword), tuple(arguments.context))
    routing = app.route(arguments.text, name=arguments.name, **sent._asdict())
    if arguments.json:
        import json

        answer = routing.model_dump(mode="json")
        answer["ranked"] = _ranked(app, arguments.text, sent, routing)
        if arguments.explain:
            weighed, otherwise = _explained(app, arguments.text, sent, routing)
            answer |= {"weighed": [match.model_dump(mode="json") for match in weighed], "otherwise": otherwise}
        print(json.dumps(answer, ensure_ascii=False, indent=2))
    else:
        print("\n".join(_lines(routing)))
        if arguments.explain:
            print("\n".join(_why(app, arguments.text, sent, routing)))
    return Exit.CLEAN


class _Sent(NamedTuple):
    """What is sent along with a request."""

    paths: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    context: tuple[str, ...] = ()


def _why(app: App, text: str, sent: _Sent, routing: Routing) -> Iterator[str]:
    weighed, otherwise = _explained(app, text, sent, routing)
    told = {match.skill for match in (*routing.matches, *routing.held_back)}
    behind = [match for match in weighed if match.skill not in told]
    if behind:
        yield "behind:"
        for match in behind:
            yield from _match_lines(match)
    yield f"otherwise: {otherwise}"


def _explained(app: App, text: str, sent: _Sent, routing: Routing) -> tuple[tuple[Match, ...], str]:
    """The skills for which most speaks, and what would have changed the decision."""
    from backwright.routing.decision import Request
    from backwright.routing.reason import otherwise

    weighed = app.router.weighed(Request(text, **sent._asdict()), _EXPLAINED)
    return weighed, otherwise(routing, weighed)


def _ranked(app: App, text: str, sent: _Sent, routing: Routing | None) -> list[str]:
    """The skills for which anything speaks, best first, whatever was decided: for those who measure it."""
    from backwright.routing.decision import Request

    chosen = () if routing is None else tuple(match.skill for match in routing.matches)
    rest = app.router.ranked(Request(text, **sent._asdict()), _RANKED)
    return list(dict.fromkeys((*chosen, *rest)))[:_RANKED]


def _lines(routing: Routing) -> Iterator[str]:
    yield folded(f"{routing.decision}: {routing.reason}")
    for match in routing.matches:
        yield from _match_lines(match)
    if routing.held_back:
        yield "held back:"
        for match in routing.held_back:
            yield from _match_lines(match)


def _match_lines(match: Match) -> Iterator[str]:
    yield f"  {match.skill} {match.version}  {match.score:.2f}"
    for piece in match.evidence:
        yield folded(f"      {piece.weight:+.2f}  {piece.field:<11}  {piece.term}", hang=8)


def _batch(app: App, source: str) -> int:
    # Every line is read before the first answer is printed, so that a bad line leaves nothing half done.
    for asked in list(_prompts(_read(source))):
        print(_answer(app, asked))
    return Exit.CLEAN


def _answer(app: App, asked: _Asked) -> str:
    import json

    from backwright.errors import BackwrightError

    routing = None
    try:
        routing = app.route(asked.prompt, **asked.sent._asdict())
    except BackwrightError as error:
        # A prompt that names a skill or a version that is not there; the others still want their answers.
        reason, decision, matches = f"{error.message}; {error.hint}", "none", []
    else:
        reason, decision = routing.reason, routing.decision
        matches = [match.model_dump(mode="json") for match in routing.matches]
    ranked = _ranked(app, asked.prompt, asked.sent, routing)
    answer = {"id": asked.id, "decision": decision, "matches": matches, "ranked": ranked, "reason": reason}
    return json.dumps(answer, ensure_ascii=False)


def _read(source: str) -> bytes:
    import sys

    from backwright._files import read_bounded
    from backwright.errors import InvalidInputError

    if source == "-":
        return sys.stdin.buffer.read()
    try:
        return read_bounded(Path(source))
    except OSError as error:
        reason = error.strerror or str(error)
        raise InvalidInputError(f"{source!r} cannot be read: {reason}", hint="name a file of JSON lines") from None


class _Asked(NamedTuple):
    """One line of a batch."""

    id: str | int
    prompt: str
    sent: _Sent


def _prompts(data: bytes) -> Iterator[_Asked]:
    for number, line in enumerate(_text_lines(data), 1):
        if line.strip():
            yield _prompt(line, number)


def _text_lines(data: bytes) -> Iterable[str]:
    from backwright.errors import InvalidInputError

    try:
        # Not splitlines(): JSON strings may hold U+2028 and the like.
        return data.decode("utf-8-sig").split("\n")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InvalidInputError("the batch is not UTF-8", hint="save it as UTF-8", line=line) from None


def _prompt(line: str, number: int) -> _Asked:
    import json

    from backwright.errors import InvalidInputError

    hint = 'write one JSON object a line, such as {"id": "a1", "prompt": "add an endpoint"}'
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        reason = getattr(error, "msg", None) or "it nests too deep or holds a number that is too long"
        raise InvalidInputError(f"the line is no JSON: {reason}", hint=hint, line=number) from None
    if not isinstance(row, dict):
        raise InvalidInputError("the line is no JSON object", hint=hint, line=number)
    identity, prompt = row.get("id"), row.get("prompt")
    if isinstance(identity, bool) or not isinstance(identity, str | int):
        raise InvalidInputError("the line has no id that is a string or an integer", hint=hint, line=number)
    if not isinstance(prompt, str):
        raise InvalidInputError("the line has no prompt that is a string", hint=hint, line=number)
    more = {}
    for key in _Sent._fields:
        values = row.get(key, [])
        if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
            raise InvalidInputError(f"{key} is no list of strings", hint=hint, line=number)
        more[key] = tuple(values)
    return _Asked(identity, prompt, _Sent(**more))


COMMAND = Command(
    name="route",
    help="say which skill fits a request, and why",
    example='backwright route "add a FastAPI endpoint for invoices"',
    configure=_configure,
    run=_run,
)
