"""The report as one page for a person: findings under their lines in colours, then the checklist and the open ends.

It needs no script and fetches nothing; a policy in its head forbids both, in case some text of a diff should ever get
through as markup.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files
from typing import Final

from backwright.review.checklist import ItemStatus, Status
from backwright.review.diff import Diff
from backwright.review.excerpt import Excerpts
from backwright.review.format import Format
from backwright.review.formats._html_code import prose, source_lines, windows
from backwright.review.formats._words import (
    MAX_LISTED,
    STATUS_WORDS,
    counted,
    extent,
    headline,
    progress,
    sentence,
    silenced,
    tally,
    where,
)
from backwright.review.markup import Markup, element, lines
from backwright.review.report import OpenQuestion, Report

MAX_FINDINGS: Final = 500
"""Findings with their code; a longer page is read by nobody, and the JSON report has the rest."""
_INDEX_FROM: Final = 4
_SHOWN: Final = (Status.VIOLATED, Status.NOT_EVIDENCED, Status.EVIDENCED)


def _render(report: Report, diff: Diff) -> str:
    sections = [
        _findings(report, Excerpts(diff)),
        _still_open(report),
        _checklist(report),
        _questions(report.questions),
        _not_checked(report),
        _suppressed(report),
        _notes(report),
    ]
    body = element(
        "body",
        lines(
            element("a", "Skip to the findings", class_="skip", href="#findings"),
            _header(report),
            element("main", lines(sections)),
            element("footer", prose("`backwright explain CODE` shows the page of a rule.")),
        ),
    )
    return f"<!doctype html>\n{element('html', lines(_head(report), body), lang='en')}\n"


@cache
def _style() -> str:
    return files("backwright.review.formats").joinpath("_html.css").read_text(encoding="utf-8")


def _head(report: Report) -> Markup:
    digest = base64.b64encode(hashlib.sha256(_style().encode()).digest()).decode("ascii")
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    return element(
        "head",
        lines(
            element("meta", charset="utf-8"),
            element("meta", http_equiv="Content-Security-Policy", content=policy),
            element("meta", name="viewport", content="width=device-width, initial-scale=1"),
            element("title", f"Review: {headline(report)}"),
            Markup(f"<style>{_style()}</style>"),
        ),
    )


def _header(report: Report) -> Markup:
    parts = (
        ("findings", "Findings", len(report.findings)),
        ("checklist", "Checklist", len(report.checklist)),
        ("questions", "To decide", len(report.questions)),
        ("not-checked", "Not checked", len(report.unchecked)),
        ("suppressed", "Suppressed", len(report.suppressed)),
    )
    links = [
        element("li", element("a", title, href=f"#{name}"), " ", element("span", str(number), class_="count"))
        for name, title, number in parts
        if number or name == "findings"
    ]
    subject = f"Review of {report.subject}" if report.subject else "Review"
    return element(
        "header",
        lines(
            element("p", subject, class_="kicker"),
            element("h1", sentence(headline(report))),
            element("p", f"{sentence(extent(report))}.", class_="lead"),
            _progress(report),
            element("nav", element("ul", links, class_="contents"), aria_label="Contents"),
        ),
    )


def _progress(report: Report) -> Markup | None:
    if report.since is None:
        return None
    return element("p", f"{sentence(progress(report.since, len(report.findings)))}.", class_="lead")


def _still_open(report: Report) -> Markup | None:
    entries = [
        element(
            "li", one.code, " ", element("code", f"{one.location.path}:{one.location.line}"), ": ", prose(one.message)
        )
        for one in (report.since.still_open if report.since is not None else ())
    ]
    return _listed("still-open", "Still open", entries)


def _section(name: str, title: str, *children: Markup | None) -> Markup:
    return element(
        "section", lines(element("h2", title, id=f"{name}-title"), children), id=name, aria_labelledby=f"{name}-title"
    )


def _findings(report: Report, excerpts: Excerpts) -> Markup:
    if not report.findings:
        rest = " What was not checked is listed below." if report.unchecked or report.notes else ""
        said = element("p", f"No finding on the lines that were read.{rest}")
        return _section("findings", "Findings", element("div", said, class_="card none"))
    shown = report.findings[:MAX_FINDINGS]
    left = len(report.findings) - len(shown)
    note = f"{counted(left, 'more finding')} in the JSON report." if left else None
    index = _index(report) if len(shown) >= _INDEX_FROM else None
    return _section(
        "findings",
        "Findings",
        index,
        *windows(shown, excerpts),
        None if note is None else element("p", note, class_="lead"),
    )


def _index(report: Report) -> Markup:
    """All findings at a glance, the worst first, each a link to its code."""
    numbered = sorted(enumerate(report.findings[:MAX_FINDINGS], 1), key=lambda pair: pair[1].severity.rank)
    entries = [
        element(
            "li",
            element("span", finding.severity, class_=f"badge {finding.severity}"),
            element(
                "a", element("code", f"{finding.location.path}:{finding.location.line}"), href=f"#finding-{number}"
            ),
            element("span", prose(finding.message), class_="said"),
        )
        for number, finding in numbered
    ]
    return element("ol", lines(entries), class_="card index", aria_label="All findings, the worst first")


def _checklist(report: Report) -> Markup | None:
    items = report.checklist
    if not items:
        return None
    shown = [item for status in _SHOWN for item in items if item.status is status]
    rest = [item for item in items if item.status not in _SHOWN]
    parts = [_items(shown, "The checklist where the change bears on it")] if shown else []
    if rest:
        summary = element(
            "summary",
            f"{counted(len(rest), 'sentence')} that the change gives no cause to doubt, or that were not evaluated",
        )
        parts.append(element("details", summary, _items(rest, "The rest of the checklist")))
    return _section(
        "checklist",
        "Checklist",
        element("p", f"{sentence(tally(report))}.", class_="lead"),
        element("div", lines(parts), class_="card"),
    )


def _items(items: Iterable[ItemStatus], label: str) -> Markup:
    head = element("tr", [element("th", title, scope="col") for title in ("Status", "Sentence", "Why")])
    rows = [
        element(
            "tr",
            element("td", _status(item.status), class_="status"),
            element("td", prose(item.text), " ", _from(item.skill, item.version, item.item)),
            element("td", prose(item.detail), class_="why"),
        )
        for item in items
    ]
    return element(
        "table",
        element("thead", head),
        element("tbody", lines(rows)),
        class_="table",
        aria_label=label,
    )


def _status(status: Status) -> Markup:
    word = STATUS_WORDS[status]
    return element("span", word, class_=f"badge {status.replace('_', '-')}" if status in _SHOWN else "from")


def _from(skill: str, version: str, item: str) -> Markup:
    return element("span", f"{skill} {version}, {item}", class_="from")


def _questions(questions: tuple[OpenQuestion, ...]) -> Markup | None:
    if not questions:
        return None
    cards = element("div", lines(_question(question) for question in questions), class_="card")
    return _section("questions", "For a reader to decide", cards)


def _question(question: OpenQuestion) -> Markup:
    asked = question.question
    answers = element(
        "dl",
        element("dt", "Good"),
        element("dd", prose(asked.success)),
        element("dt", "Bad"),
        element("dd", prose(asked.failure)),
    )
    return element(
        "article",
        lines(
            element("h3", prose(asked.ask)),
            element("p", prose(question.text), " ", _from(question.skill, question.version, question.item)),
            answers,
            _evidence(question),
        ),
        class_="question",
    )


def _evidence(question: OpenQuestion) -> Iterator[Markup]:
    for path in dict.fromkeys(line.path for line in question.lines):
        own = [line for line in question.lines if line.path == path]
        yield element("p", element("code", path), class_="path")
        yield source_lines(
            [line.text for line in own],
            [line.line for line in own],
            label=f"Lines of {path} that the question is about",
        )


def _not_checked(report: Report) -> Markup | None:
    entries = [
        element(
            "li", element("strong", where(entry.path, entry.lines, of_diff=entry.of_diff)), ": ", prose(entry.reason)
        )
        for entry in report.unchecked
    ]
    return _listed("not-checked", "Not checked", entries)


def _suppressed(report: Report) -> Markup | None:
    entries = [
        element(
            "li",
            entry.code,
            " ",
            element("code", f"{entry.path}:{entry.line}"),
            ": ",
            prose(entry.reason),
            " ",
            element("span", silenced(entry), class_="from"),
        )
        for entry in report.suppressed
    ]
    return _listed("suppressed", "Suppressed", entries)


def _notes(report: Report) -> Markup | None:
    return _listed("notes", "Notes", [element("li", prose(sentence(f"{note}."))) for note in report.notes])


def _listed(name: str, title: str, entries: list[Markup]) -> Markup | None:
    if not entries:
        return None
    left = len(entries) - MAX_LISTED
    more = [element("li", f"{left} more; the JSON report has all")] if left > 0 else []
    return _section(name, title, element("ul", lines([*entries[:MAX_LISTED], *more]), class_="card list"))


FORMAT = Format(name="html", media_type="text/html", render=_render)
