"""The Dockerfile of the result, read instruction by instruction; nothing is built."""

import json
import re
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path

INSTALLS = re.compile(r"\buv\s+(sync|pip\s+(install|sync))\b|\bpip3?\s+install\b(?!\s+(--\S+\s+)*uv\b)")
BUILDS = re.compile(r"(^|[\s/])uvx?(\s|$)|\bpip3?\s+install\b|\bgcc\b|\bbuild-essential\b|astral-sh/uv")


@dataclass
class Stage:
    """One stage: its image, its name, and its instructions as (word, rest)."""

    image: str
    name: str
    steps: list[tuple[str, str]] = field(default_factory=list)

    def rests(self, *words: str) -> list[str]:
        return [rest for word, rest in self.steps if word in words]


def read() -> list[Stage]:
    path = Path("Dockerfile")
    assert path.is_file(), "there is no Dockerfile"
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.lstrip().startswith("#")]
    defaults: dict[str, str] = {}
    stages: list[Stage] = []
    for line in re.sub(r"\\\s*\n", " ", "\n".join(lines)).splitlines():
        word, _, rest = line.strip().partition(" ")
        word, rest = word.upper(), re.sub(r"\$\{?(\w+)(:-[^}]*)?\}?", lambda m: defaults.get(m[1], m[0]), rest.strip())
        if word == "ARG" and "=" in rest:
            defaults.update([rest.split("=", 1)])
        if word == "FROM":
            image, _, name = re.sub(r"--platform=\S+\s+", "", rest).partition(" ")
            stages.append(Stage(image, re.sub(r"(?i)^as\s+", "", name.strip())))
        elif stages:
            stages[-1].steps.append((word, rest))
    assert stages, "the Dockerfile has no FROM"
    return stages


def chain(stages: list[Stage]) -> list[Stage]:
    """The last stage, and those that it is built upon."""
    found = [stages[-1]]
    while below := next((stage for stage in stages if stage.name and stage.name == found[-1].image), None):
        found.append(below)
    return found


def copied(rest: str) -> list[str]:
    """What a COPY takes from the context; nothing when it takes from a stage."""
    words = [word for word in rest.split() if not word.startswith("--")]
    return [] if "--from=" in rest else [word.rstrip("/").removeprefix("./") for word in words[:-1]]


def test_it_does_not_run_as_root() -> None:
    users = [rest for stage in chain(read()) for rest in reversed(stage.rests("USER"))]
    assert users, "no USER: it runs as root"
    assert users[0].split(":")[0] not in ("root", "0"), f"it runs as {users[0]}"


def test_the_install_obeys_the_lock() -> None:
    stages = read()
    settings = " ".join(rest for stage in stages for rest in stage.rests("ENV"))
    runs = [rest for stage in stages for rest in stage.rests("RUN") if INSTALLS.search(rest)]
    assert runs, "nothing is installed"
    assert any("uv" in rest for rest in runs), "the project is not installed by uv"
    for rest in runs:
        obeys = re.search(r"--locked|--frozen|--require-hashes|--no-deps", rest)
        assert obeys or re.search(r"UV_(LOCKED|FROZEN)", settings), f"it may install other versions: {rest[-80:]}"


def test_no_developers_tools_are_installed() -> None:
    stages = read()
    said = " ".join(rest for stage in stages for rest in stage.rests("RUN", "ENV"))
    assert re.search(r"--no-dev|--no-default-groups|--no-group|UV_NO_DEV", said), "the group dev is installed too"


def test_dependencies_are_a_layer_before_the_source() -> None:
    for stage in read():
        installs = [place for place, (word, rest) in enumerate(stage.steps) if word == "RUN" and INSTALLS.search(rest)]
        sources = [
            place
            for place, (word, rest) in enumerate(stage.steps)
            if word in ("COPY", "ADD") and any(name in (".", "src") or name.startswith("src/") for name in copied(rest))
        ]
        if installs and sources:
            assert installs[0] < sources[0], "every change of the source installs everything anew"


def test_the_last_stage_has_nothing_that_only_building_needs() -> None:
    for stage in chain(read()):
        left = [rest for rest in (stage.image, *stage.rests("RUN", "COPY", "CMD", "ENTRYPOINT")) if BUILDS.search(rest)]
        commands = [rest for rest in stage.rests("CMD", "ENTRYPOINT") if '"uv"' in rest]
        assert left + commands == [], f"what runs still has {(left + commands)[0][:80]}"


def test_every_image_is_pinned() -> None:
    stages = read()
    known = {stage.name for stage in stages} | {str(number) for number in range(len(stages))}
    images = [stage.image for stage in stages]
    for stage in stages:
        images += [name for rest in stage.rests("COPY", "RUN") for name in re.findall(r"from=([^\s,]+)", rest)]
    for image in images:
        tag = image.rpartition("/")[2].partition(":")[2]
        pinned = "@sha256:" in image or (re.search(r"\d", tag) and "latest" not in tag)
        assert image in known or image == "scratch" or pinned, f"{image} may be another image tomorrow"


def test_the_process_gets_its_signals() -> None:
    commands = [rest for stage in reversed(chain(read())) for rest in stage.rests("ENTRYPOINT", "CMD")]
    assert commands, "nothing is started"
    for command in commands:
        assert command.startswith("["), f"a shell gets the signals: {command}"
        words = json.loads(command)
        assert "-c" not in words or "exec " in words[-1], f"a shell gets the signals: {command}"


def test_secrets_and_environments_stay_outside() -> None:
    everything = any("." in copied(rest) for stage in read() for rest in stage.rests("COPY", "ADD"))
    path = Path(".dockerignore")
    lines = path.read_text(encoding="utf-8").split() if path.is_file() else []
    for name in (".env", ".venv"):
        ignored = any(fnmatch(name, line.strip("/").removeprefix("**/")) for line in lines)
        assert ignored or not everything, f"{name} is copied into the image"
