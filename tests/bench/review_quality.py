"""How good a review is, on real commits: `python tests/bench/review_quality.py MIRROR... [--labels FILE]`.

A mirror is a git directory, or a folder that holds one, whose path has `owner+name` in it. Two tables come out:

- Labelled fixes, reversed, so that the diff adds the defect again: the share of commits of which every label is found,
  with the files at hand and from the diff alone, and recall as the mean over kinds of defect. A label is found by a
  finding of its kind on its line, or by one that lists the line among its others.
- Merged pull requests that change Python: findings for each at a profile, by severity, with the codes that were given
  most.

Without mirrors there is nothing to measure, and the bench says so.
"""

from __future__ import annotations

import argparse
import io
import json
import random
import re
import statistics
import subprocess
import sys
import tarfile
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from pydantic import BaseModel

from backwright.errors import BackwrightError
from backwright.review.diagnostic import Diagnostic, Severity
from backwright.review.diff import parse_diff
from backwright.review.engine import review
from backwright.review.facts import Facts
from backwright.review.options import Options
from backwright.review.profile import Profile
from backwright.review.project_facts import read_facts
from backwright.review.report import Report
from backwright.review.subject import disk_reader

Reader = Callable[[str], bytes | None]
_REQUEST = re.compile(r"#[0-9]+")
_PACKAGING = ("*.py", "*.toml", "*.lock", "requirements*.txt", "requirements/*.txt")


class Label(BaseModel):
    """One defect that a real commit mended: its kind is an id of the rules that the issue lists."""

    id: str
    repo: str
    fix_sha: str
    path: str
    line: int
    rule: str


@dataclass(frozen=True)
class Mirror:
    """A git directory and the repository that it mirrors, as `owner/name`."""

    repo: str
    path: Path

    def git(self, *arguments: str) -> bytes:
        """The output of a git command; empty where it fails."""
        command = ["git", f"--git-dir={self.path}", "-c", "core.quotePath=true", *arguments]
        return subprocess.run(command, check=False, capture_output=True).stdout

    def diff(self, old: str, new: str) -> bytes:
        """The diff that makes one commit of another."""
        return self.git("diff", "--no-ext-diff", "--no-textconv", "--find-renames", old, new)

    def reader(self, commit: str) -> Reader:
        """Reads files of a commit."""
        return lambda path: self.git("cat-file", "blob", f"{commit}:{path}") or None

    @contextmanager
    def checked_out(self, commit: str) -> Iterator[Path]:
        """A folder with the Python and packaging files of a commit."""
        with tempfile.TemporaryDirectory(prefix="quality-") as name:
            # Git refuses an archive when a pattern matches nothing.
            every = self.git("ls-tree", "-r", "-z", "--name-only", commit).decode("utf-8", "replace").split("\0")
            there = [pattern for pattern in _PACKAGING if any(PurePosixPath(path).match(pattern) for path in every)]
            data = self.git("archive", "--format=tar", commit, "--", *(f":(glob)**/{pattern}" for pattern in there))
            with tarfile.open(fileobj=io.BytesIO(data)) as archive:
                archive.extractall(name, filter="data")
            yield Path(name)


def mirrors_of(paths: Iterable[Path]) -> list[Mirror]:
    """The mirrors among some paths; a folder may hold several."""
    found: dict[str, Mirror] = {}
    for path in paths:
        for folder in (path, *(sorted(path.glob("*")) if path.is_dir() else ())):
            for git in (folder, folder / ".git", folder / "repo", folder / "repo" / ".git"):
                name = next((part for part in reversed(git.parts) if "+" in part), None)
                if name is not None and (git / "HEAD").is_file() and (git / "objects").is_dir():
                    found.setdefault(name, Mirror(name.replace("+", "/"), git))
    return list(found.values())


def reviewed(mirror: Mirror, old: str, new: str, *, full: bool, profile: Profile) -> Report | None:
    """The review of what makes `new` of `old`; None where the diff cannot be read."""
    options = Options(profile=profile)
    try:
        diff = parse_diff(mirror.diff(old, new))
    except BackwrightError:
        return None
    if not full:
        return review(diff, facts=Facts(), options=options)
    with mirror.checked_out(new) as root:
        facts = read_facts(root)
        return review(diff, read_new=disk_reader(root), read_old=mirror.reader(old), facts=facts, options=options)


def is_found(label: Label, findings: Iterable[Diagnostic]) -> bool:
    """Whether a finding of the label's kind stands on its line."""
    return any(
        finding.location.path == label.path
        and label.line in {finding.location.line, *finding.others}
        and finding.kind == label.rule
        for finding in findings
    )


def labelled(mirrors: Sequence[Mirror], labels: Sequence[Label], *, full: bool, profile: Profile) -> None:
    """Print recall on labelled commits, with what was missed."""
    by_commit: dict[tuple[str, str], list[Label]] = defaultdict(list)
    for label in labels:
        by_commit[label.repo, label.fix_sha].append(label)
    there = {mirror.repo.lower(): mirror for mirror in mirrors}
    whole, commits = 0, 0
    kinds: dict[str, list[bool]] = defaultdict(list)
    for (repo, fix), wanted in by_commit.items():
        mirror = there.get(repo.lower())
        report = None if mirror is None else reviewed(mirror, fix, f"{fix}^", full=full, profile=profile)
        if report is None:
            continue
        commits += 1
        results = [is_found(label, report.findings) for label in wanted]
        whole += all(results)
        for label, found in zip(wanted, results, strict=True):
            kinds[label.rule].append(found)
            if not found:
                print(f"  missed {label.rule:<24}{repo} {fix[:10]} {label.path}:{label.line}")
    if commits:
        macro = sum(sum(each) / len(each) for each in kinds.values()) / len(kinds)
        hits, all_labels = sum(sum(each) for each in kinds.values()), sum(len(each) for each in kinds.values())
        print(
            f"{'files at hand' if full else 'diff alone':<16}{whole} of {commits} commits whole ({whole / commits:.0%})"
        )
        print(f"{'':<16}{hits} of {all_labels} labels, macro recall over {len(kinds)} kinds {macro:.0%}")


def merged(mirrors: Sequence[Mirror], commits: int, *, show: bool, profile: Profile) -> None:
    """Print what is found on the newest commits that change Python, the same number of each mirror."""
    counts: list[Mapping[Severity, int]] = []
    codes: Counter[str] = Counter()
    touched = 0
    for mirror in mirrors:
        for commit in _sampled(mirror, -(-commits // len(mirrors))):
            report = reviewed(mirror, f"{commit}^", commit, full=True, profile=profile)
            if report is None:
                continue
            counts.append(Counter(finding.severity for finding in report.findings))
            codes.update(finding.code for finding in report.findings)
            touched += report.stats.touched
            for finding in report.findings if show else ():
                place = finding.location
                print(f"  {mirror.repo} {commit[:10]} {place.path}:{place.line} {finding.code} {finding.message[:110]}")
    if counts:
        each = {severity: sum(count.get(severity, 0) for count in counts) / len(counts) for severity in Severity}
        middle = statistics.median(sum(count.values()) for count in counts)
        print(
            f"{len(counts)} commits of {len(mirrors)} repositories: {sum(each.values()):.2f} findings a commit,",
            end=" ",
        )
        print(f"median {middle:g}")
        print("  " + ", ".join(f"{severity}: {number:.2f}" for severity, number in each.items()))
        style = sum(number for code, number in codes.items() if code.startswith(("ANN", "UP")))
        print(f"  without annotations and old typing: {(sum(codes.values()) - style) / len(counts):.2f}")
        print(f"  on lines only touched, not reported: {touched}")
        print("  " + ", ".join(f"{code} {number}" for code, number in codes.most_common(20)))


def _sampled(mirror: Mirror, number: int) -> list[str]:
    """Commits on the main line that change Python and name a pull request, drawn from the newest 1,000.

    Always the same ones. Where no commit names a request, the newest have to do.
    """
    log = mirror.git("log", "--first-parent", "-1000", "--format=%H %s", "HEAD", "--", "*.py").decode(errors="replace")
    lines = [line.partition(" ") for line in log.splitlines()]
    requests = [commit for commit, _, subject in lines if _REQUEST.search(subject)]
    random.Random(mirror.repo).shuffle(requests)  # noqa: S311  a sample, and no secret
    return (requests or [commit for commit, _, _ in lines])[:number]


def main() -> int:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("mirrors", nargs="*", type=Path)
    parser.add_argument("--labels", type=Path)
    parser.add_argument("--commits", type=int, default=100)
    parser.add_argument("--profile", type=Profile, choices=tuple(Profile), default=Profile.STANDARD)
    parser.add_argument("--show", action="store_true", help="print every finding on merged commits")
    options = parser.parse_args()
    mirrors = mirrors_of(options.mirrors)
    if not mirrors:
        print("no mirrors were given, so nothing is measured")
        return 0
    if options.labels is not None:
        lines = options.labels.read_text(encoding="utf-8").splitlines()
        labels = [Label.model_validate(json.loads(line)) for line in lines if line.strip()]
        for full in (True, False):
            labelled(mirrors, labels, full=full, profile=options.profile)
    if options.commits:
        merged(mirrors, options.commits, show=options.show, profile=options.profile)
    return 0


if __name__ == "__main__":
    sys.exit(main())
