"""One report that every format renders: each channel is filled, and its text is as hostile as a diff can make it.

Its codes are of no real rule, so that a reworded rule changes no stored rendering.
"""

from __future__ import annotations

from backwright.review.checklist import ItemStatus, JudgementQuestion, Status
from backwright.review.diagnostic import (
    Basis,
    Confidence,
    Diagnostic,
    ItemRef,
    Location,
    Severity,
    Suggestion,
)
from backwright.review.diff import Diff, FileDiff, FileStatus, Hunk, Line, LineKind
from backwright.review.report import (
    EvidenceLine,
    OpenQuestion,
    Report,
    Stats,
    Suppressed,
    Unchecked,
)

_BLOCKING = ItemRef(
    skill="async-concurrency",
    version="1.0.0",
    item="no-blocking-http",
    text="Use an async HTTP client inside `async def`; a blocking one stops every other request.",
)

FINDINGS = (
    Diagnostic(
        code="BW991",
        name="sync-http-call-in-async",
        message="`requests.get` blocks the event loop",
        severity=Severity.ERROR,
        location=Location(path="app/orders.py", line=14, column=5),
        basis=Basis.FULL,
        confidence=Confidence.HIGH,
        detector="backwright",
        enforces=_BLOCKING,
        fingerprint="0123456789abcdef",
    ),
    Diagnostic(
        code="ANN001",
        name="missing-type-function-argument",
        message="Missing type annotation for function argument `x` (3 times on the added lines of this file)",
        severity=Severity.INFO,
        location=Location(path="app/orders.py", line=20, column=9),
        basis=Basis.FULL,
        confidence=Confidence.HIGH,
        detector="ruff",
        others=(21, 22, 30),
        fingerprint="1123456789abcdef",
    ),
    Diagnostic(
        code="BW992",
        name="unverified-jwt",
        message="::error file=a::\x1b[31mred\x1b[0m ##[error] @octocat <img src=x> | a `b|c` "
        "[x](https://e.example) \u202eevil",
        severity=Severity.WARNING,
        location=Location(path="app/`|<b>\x1b]0;title\x07\n::error::.py", line=3),
        basis=Basis.FRAGMENT,
        confidence=Confidence.LOW,
        detector="backwright",
        suggestion=Suggestion(line=3, end_line=3, replacement="    decode(token, key, algorithms=['HS256'])  # | `x`"),
        fingerprint="2123456789abcdef",
    ),
)

REFERENCE = Report(
    subject="the work tree against its merge base with main (0123456789)",
    basis="mixed",
    findings=FINDINGS,
    checklist=(
        ItemStatus(
            skill="async-concurrency",
            version="1.0.0",
            item="no-blocking-http",
            text=_BLOCKING.text,
            status=Status.VIOLATED,
            detail="BW991 app/orders.py:14",
        ),
        ItemStatus(
            skill="code-review",
            version="1.0.0",
            item="tests-with-change",
            text="Change or add tests with the source.",
            status=Status.NOT_EVIDENCED,
            detail="app/orders.py changed; no test did",
        ),
        ItemStatus(
            skill="code-review",
            version="1.0.0",
            item="tls-verified",
            text="Leave TLS verification on.",
            status=Status.NO_VIOLATION,
            detail="40 added lines read",
        ),
    ),
    questions=(
        OpenQuestion(
            skill="async-concurrency",
            version="1.0.0",
            item="concurrency-bounded",
            text="Bound how many operations run at once.",
            question=JudgementQuestion(
                ask="What bounds the number of operations?",
                evidence="`gather` over inputs.",
                success="A semaphore.",
                failure="The caller's input decides.",
            ),
            lines=(EvidenceLine(path="app/orders.py", line=16, text="await gather(*map(send, orders))  # `x` @here"),),
        ),
    ),
    unchecked=(
        Unchecked(path="app/new.py", lines=(4, 5, 6, 9), reason="not readable as Python without its file"),
        Unchecked(path=None, lines=(120, 121), of_diff=True, reason="the hunk has no header that names its file"),
        Unchecked(path=None, reason="ruff was not run: it is not installed"),
    ),
    suppressed=(
        Suppressed(code="BW993", path="app/worker.py", line=7, reason="the worker <b>reads</b> its own"),
        Suppressed(
            code="BW994",
            path="app/worker.py",
            line=9,
            reason="::error::`quiet`\x1b[0m",
            by="comment",
            added=True,
            message="says @octocat",
            severity=Severity.WARNING,
            fingerprint="3123456789abcdef",
        ),
    ),
    notes=("no type checker, no test and no measurement of coverage was run",),
    stats=Stats(files=4, python_files=3, added=60, added_python=44, reviewed=40, left_out=7, known=2),
)

_EVIL = REFERENCE.findings[2].location.path


def _hunk(start: int, section: str, *lines: str) -> Hunk:
    """A hunk from lines with their markers; both sides start at the same number."""
    made: list[Line] = []
    old = new = start
    for line in lines:
        kind = LineKind(line[0])
        made.append(
            Line(
                kind,
                line[1:],
                None if kind is LineKind.ADDED else old,
                None if kind is LineKind.REMOVED else new,
            )
        )
        old += kind is not LineKind.ADDED
        new += kind is not LineKind.REMOVED
    return Hunk(start, start, section, tuple(made))


REFERENCE_DIFF = Diff(
    (
        FileDiff(
            "app/orders.py",
            "app/orders.py",
            FileStatus.MODIFIED,
            (
                _hunk(
                    12,
                    "class Orders:",
                    " ",
                    " async def send(order: Order) -> None:",
                    "-    await client.get(order.url)",
                    "+    requests.get(order.url)  # \u5317\u4eac </td><script>alert(1)</script>",
                    '+    api_key = "9fK2mQ7xV4bN8sT1wZ6c"',
                    "+    await gather(*map(send, orders))  # `x` @here",
                    "+",
                    '+PAGE = """',
                    "+<b>several lines</b>",
                    '+"""; add = lambda x: x',
                    "+def one(x): return x",
                    "+\tdef two(x): return \x1b[31mx",
                    " ",
                ),
                _hunk(29, "", " ", "+def three(x): return x", " "),
            ),
        ),
        FileDiff(
            _EVIL,
            _EVIL,
            FileStatus.ADDED,
            (
                _hunk(
                    1,
                    "",
                    "+import jwt",
                    "+",
                    "+    decode(token, key)  # \u202e</code>&#x3c;img src=x onerror=alert(1)>",
                ),
            ),
        ),
    )
)
"""The change that the report speaks of."""
