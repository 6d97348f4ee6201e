"""Views of MCP Apps (`io.modelcontextprotocol/ui`, version 2026-01-26): pages that a host shows beside a tool's answer.

A view is one page without a framework, made of its own file and of what all share. Its policy allows the scripts and
styles in it by their digests and nothing else: what a diff or a skill says stays text, and nothing is fetched. Answers
stay as they are for clients that show none of it; a view reads the rest of a review or a plan by its address.

Clients that do not declare the extension are not told of views: a list is paid for on each turn. Reading one works for
all, since its address is no secret.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from mcp_types import Resource

from backwright._discover import discover
from backwright.mcp_api._errors import Context

if TYPE_CHECKING:
    from backwright.catalog.catalog import Catalog
    from backwright.review.diff import Diff
    from backwright.review.report import Report
    from backwright.scaffold.plan import Plan

IDENTIFIER: Final = "io.modelcontextprotocol/ui"
MIME_TYPE: Final = "text/html;profile=mcp-app"
SCHEME: Final = "ui://backwright/"

META: Final[Mapping[str, object]] = {
    "ui": {
        "csp": {"connectDomains": [], "resourceDomains": [], "frameDomains": [], "baseUriDomains": []},
        "permissions": {},
        "prefersBorder": True,
    }
}
"""What a host has to allow a view: nothing."""

FORM: Final = "app"
"""The last part of the address at which a view reads a review, or a plan."""
AROUND: Final = 3
MAX_SHOWN: Final = 300
"""Findings whose lines a view shows; the rest are listed."""

_MARK: Final = re.compile(r"<!-- (title|style|script|view) -->")
_SCRIPT: Final = re.compile(r"<script>(.*?)</script>", re.DOTALL)
_STYLE: Final = re.compile(r"<style>(.*?)</style>", re.DOTALL)


@dataclass(frozen=True, slots=True)
class View:
    """One view, declared as `VIEW` by the module that is named for it.

    Args:
        name: the last part of its address, and its page's name.
        title: what a person sees.
        description: what it shows.
        tools: whose answers it shows.
    """

    name: str
    title: str
    description: str
    tools: tuple[str, ...]

    @property
    def uri(self) -> str:
        """Its address."""
        return f"{SCHEME}{self.name}"

    @property
    def resource(self) -> Resource:
        """What `resources/list` says of it."""
        return Resource(
            uri=self.uri,
            name=f"{self.name}-view",
            title=self.title,
            description=self.description,
            mime_type=MIME_TYPE,
            _meta=dict(META),
        )


def shows(ctx: Context) -> bool:
    """Whether the client of a request declares that it shows views of our kind."""
    capabilities = ctx.session.client_capabilities
    declared = (capabilities.extensions if capabilities is not None else None) or {}
    kinds = declared.get(IDENTIFIER, {}).get("mimeTypes")
    return isinstance(kinds, Sequence) and MIME_TYPE in kinds


@cache
def views() -> Mapping[str, View]:
    """Every view by its address; looked for when the first client asks that shows any."""
    from backwright.mcp_api import apps

    return {view.uri: view for view in discover(apps, "VIEW", View, key=lambda view: view.name)}


def meta_of(tool: str) -> dict[str, Any] | None:
    """What a tool's listing says to a client that shows views; None where no view is of this tool."""
    uri = next((view.uri for view in views().values() if tool in view.tools), None)
    return None if uri is None else {"ui": {"resourceUri": uri}}


@cache
def page(name: str) -> str:
    """The page of a view: what is its own in what all share, and a policy of exactly what is in it."""
    folder = files("backwright.mcp_api.apps")
    style, script, shared, own = (
        folder.joinpath(file).read_text(encoding="utf-8")
        for file in ("_shared.css", "_shared.js", "_shared.html", f"{name}.html")
    )
    parts = {
        "title": views()[f"{SCHEME}{name}"].title,
        "style": f"<style>{style}</style>",
        "script": f"<script>{script}</script>",
        "view": own.rstrip("\n"),
    }
    whole = _MARK.sub(lambda found: parts[found[1]], shared)
    policy = (
        f"default-src 'none'; script-src {_digests(_SCRIPT, whole)}; style-src {_digests(_STYLE, whole)}; "
        "base-uri 'none'; form-action 'none'"
    )
    return whole.replace("<!-- policy -->", f'<meta http-equiv="Content-Security-Policy" content="{policy}">')


def _digests(kind: re.Pattern[str], text: str) -> str:
    digests = (base64.b64encode(hashlib.sha256(one.encode()).digest()).decode("ascii") for one in kind.findall(text))
    return " ".join(f"'sha256-{digest}'" for digest in digests)


def report_for_view(report: Report, diff: Diff) -> str:
    """A report as JSON, as `review://HANDLE/json` has it, and under `hunks` the lines around each finding.

    A line is its mark, its number and its text, as every report shows lines: with secrets masked.
    """
    from backwright.review.excerpt import Excerpts

    excerpts = Excerpts(diff)
    hunks: list[list[tuple[str, int | None, str]]] = []
    for finding in report.findings[:MAX_SHOWN]:
        spot = excerpts.spot(finding.location.path, finding.location.line)
        if spot is None:
            hunks.append([])
            continue
        first, last = max(0, spot.index - AROUND), spot.index + AROUND + 1
        rows = excerpts.shown(spot.hunk, first, last)
        hunks.append([(row.kind.name.lower(), row.new if row.new is not None else row.old, row.text) for row in rows])
    return json.dumps({**report.model_dump(mode="json"), "hunks": hunks}, ensure_ascii=False)


def plan_for_view(plan: Plan, *, applies: bool) -> str:
    """A plan as JSON: each file with its own diff, the name by which the scaffold is taken back, and what stops it.

    Args:
        plan: the plan.
        applies: whether this server can write it.
    """
    from backwright.mcp_api._plan_answer import diff_of

    actions = [action for action in plan.actions if not action.path.startswith(".scaffold/")]
    told = [
        {"path": action.path, "kind": action.kind, "reason": action.reason, "diff": diff_of(action)}
        for action in actions
    ]
    whole = {"template": plan.template, "resource": plan.resource, "notes": plan.notes, "applies": applies}
    return json.dumps({**whole, "files": told}, ensure_ascii=False)


def skill_for_view(catalog: Catalog, request: str) -> str:
    """A version of a skill as JSON: what it says, its checklist with what decides each sentence, versions and files.

    Args:
        catalog: what is served.
        request: `name@version`.

    Raises:
        SkillNotFoundError, SkillBlockedError, VersionNotFoundError, InvalidVersionError: there is none such.
        IntegrityError: it is not what the manifest pins.
    """
    skill = catalog.get(request)
    checklist = [
        {
            "id": item.id,
            "text": item.text,
            "rules": item.rules,
            "evidence": item.evidence,
            "question": item.question.ask if item.question is not None else None,
        }
        for item in skill.checklist
    ]
    whole = {
        "name": skill.name,
        "version": skill.version,
        "versions": catalog.versions(skill.name),
        "description": skill.description,
        "package": skill.package,
        "body": skill.body,
        "checklist": checklist,
        "files": [{"path": file.path, "size": file.size} for file in skill.served],
    }
    return json.dumps(whole, ensure_ascii=False)
