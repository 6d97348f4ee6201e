"""What `server/deploy` ships, held to its referees: nginx itself, Compose's schema, and linters."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from backwright._discover import discover
from backwright.cli.main import parser
from backwright.identity.configured import configured
from backwright.mcp_api import tools
from backwright.mcp_api.streamable import MAX_BODY
from backwright.mcp_api.tool import Tool
from backwright.settings import Settings
from tests.deploy._service import DEPLOY, command, nginx_program, written

BIN = Path(sys.executable).parent
NGINX = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
DOCKERFILE = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
PINNED = re.compile(r"[a-z0-9./-]+:[A-Za-z0-9._-]+@sha256:[0-9a-f]{64}")


def run(*arguments: str) -> str:
    done = subprocess.run(arguments, check=False, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


# nginx


def test_nginx_takes_its_configuration(tmp_path: Path) -> None:
    said = run(*command(nginx_program(), written(tmp_path, 18_080, [1, 2]), "-t"))
    assert "test is successful" in said
    assert "[warn]" not in said


def test_the_linter_of_nginx_finds_nothing_in_it(tmp_path: Path) -> None:
    # The server compares the whole of Host with the names that it answers to, so it must come as it was sent.
    run(str(BIN / "gixy"), "--skips", "host_spoofing", str(written(tmp_path, 18_080, [1, 2])))


def test_nginx_bounds_a_body_where_the_server_does() -> None:
    (size,) = re.findall(r"client_max_body_size (\d+)m;", NGINX)
    assert int(size) * 1024 * 1024 == MAX_BODY


def test_just_the_tools_that_may_be_called_twice_are_sent_again() -> None:
    (again,) = re.findall(r'"~\^tools/call \(\?:([a-z_|]+)\)\$"', NGINX)
    every = discover(tools, "TOOL", Tool, key=lambda tool: tool.name)
    safe = {
        tool.name
        for tool in every
        if tool.annotations.read_only_hint or (tool.annotations.idempotent_hint and tool.name != "apply_scaffold")
    }
    assert set(again.split("|")) == safe
    assert {"put_context", "apply_scaffold"} <= {tool.name for tool in every} - safe


# The image


def test_the_linter_of_dockerfiles_finds_nothing() -> None:
    run(str(BIN / "hadolint"), str(DEPLOY / "Dockerfile"))


def test_the_image_is_pinned_has_no_root_and_says_whether_it_is_well() -> None:
    bases = re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)
    assert bases
    assert all(PINNED.fullmatch(base) for base in bases)
    last = DOCKERFILE.rpartition("\nFROM ")[2]
    assert re.search(r"^USER (\d+):\d+$", last, re.MULTILINE)
    assert last.index("USER ") < last.index("ENTRYPOINT")
    assert "/health" in last
    assert "UV_COMPILE_BYTECODE=1" in DOCKERFILE


def test_what_the_image_copies_is_there_and_not_ignored() -> None:
    kept = (DEPLOY / "Dockerfile.dockerignore").read_text(encoding="utf-8").split()
    for line in re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.MULTILINE):
        for source in line.split()[:-1]:
            assert (DEPLOY.parent.parent / source).exists(), source
            assert f"!{source}" in kept


def test_the_command_of_the_image_is_accepted() -> None:
    (given,) = re.findall(r"^CMD (\[.+\])$", DOCKERFILE, re.MULTILINE)
    arguments = parser().parse_args(shlex.split(given.strip("[]").replace(",", " ")))
    assert (arguments.http, arguments.host) == (True, "0.0.0.0")  # noqa: S104  of its container
    # An address that is not loopback is refused without authentication, which Compose asks for by name.
    assert {"BACKWRIGHT_RESOURCE_URL", "BACKWRIGHT_OAUTH_ISSUER"} <= COMPOSE["services"]["backwright-1"][
        "environment"
    ].keys()


# Compose


def test_the_compose_file_fits_its_schema() -> None:
    run(str(BIN / "check-jsonschema"), "--builtin-schema", "vendor.compose-spec", str(DEPLOY / "compose.yaml"))


def services() -> list[str]:
    return list(COMPOSE["services"])


@pytest.mark.parametrize("name", services())
def test_a_service_is_pinned_or_built_here_and_gains_no_rights(name: str) -> None:
    service = COMPOSE["services"][name]
    assert "build" in service or PINNED.fullmatch(service["image"]), service["image"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert "mem_limit" in service


@pytest.mark.parametrize("name", ["backwright-1", "backwright-2", "nginx"])
def test_what_faces_clients_has_a_root_that_is_only_read(name: str) -> None:
    service = COMPOSE["services"][name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert [mount.partition(":")[0] for mount in service["tmpfs"]] == ["/tmp"]  # noqa: S108  a mount of its own


def test_replicas_are_those_that_nginx_knows_and_are_alike() -> None:
    named = re.findall(r"server (backwright-\d):8000", (DEPLOY / "upstream.conf").read_text(encoding="utf-8"))
    replicas = [name for name in services() if "build" in COMPOSE["services"][name]]
    assert named == replicas
    alike = [{key: value for key, value in COMPOSE["services"][name].items() if key != "networks"} for name in replicas]
    assert alike[0] == alike[1]


def test_replicas_share_the_store_the_bus_and_the_keys() -> None:
    environment = COMPOSE["services"]["backwright-1"]["environment"]
    assert environment["BACKWRIGHT_DATABASE_URL"].startswith("postgresql://")
    assert environment["BACKWRIGHT_BUS_URL"].startswith("redis://")
    assert "BACKWRIGHT_STATE_KEYS" in environment["BACKWRIGHT_STATE_KEYS"]


def test_the_server_takes_the_environment_that_compose_gives_it() -> None:
    given = {
        "POSTGRES_PASSWORD": "secret",
        "BACKWRIGHT_STATE_KEYS": "k" * 64,
        "BACKWRIGHT_RESOURCE_URL": "https://mcp.example.com/mcp",
        "BACKWRIGHT_OAUTH_ISSUER": "https://id.example.com",
        "BACKWRIGHT_OAUTH_JWKS_URL": "https://id.example.com/jwks",
    }
    service = COMPOSE["services"]["backwright-1"]["environment"]
    environment = {
        name: re.sub(r"\$\{([A-Z_]+):\?[^}]+\}", lambda found: given[found[1]], value)
        for name, value in service.items()
    }
    settings = Settings.from_environment(environment)
    assert settings.state_keys == ("k" * 64,)
    assert settings.database == "postgresql://backwright:secret@postgres/backwright"
    identity = configured(environment)
    assert identity is not None
    assert identity.proxies == (COMPOSE["services"]["nginx"]["networks"]["front"]["ipv4_address"],)


def test_only_nginx_is_reached_from_outside_and_only_from_this_machine() -> None:
    ports = {name: service.get("ports", []) for name, service in COMPOSE["services"].items()}
    assert {name for name, each in ports.items() if each} == {"nginx"}
    assert all(port.startswith("127.0.0.1:") for port in ports["nginx"])


def test_every_value_that_has_no_default_is_in_the_example_of_an_environment() -> None:
    asked = set(re.findall(r"\$\{([A-Z_]+):\?", (DEPLOY / "compose.yaml").read_text(encoding="utf-8")))
    shown = set(re.findall(r"^([A-Z_]+)=", (DEPLOY / "env.example").read_text(encoding="utf-8"), re.MULTILINE))
    assert asked == shown


def test_a_replica_has_longer_to_stop_than_what_is_in_flight_has_to_finish() -> None:
    from backwright.http_api.server import STOP_SECONDS

    assert int(COMPOSE["services"]["backwright-1"]["stop_grace_period"].removesuffix("s")) > STOP_SECONDS
