"""Each bundle is what its channel accepts, by the channel's own validator or schema, and says what the product says."""

from __future__ import annotations

import base64
import io
import json
import re
import struct
import tarfile
import zipfile
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from backwright._discover import discover
from backwright._files import digest
from backwright.app import App
from backwright.bundling import targets
from backwright.bundling.bundle import Bundle, Product
from backwright.bundling.targets import links
from backwright.cli._product import product_of
from backwright.cli.main import main
from backwright.settings import Settings
from tests.conformance._node import npx, required
from tests.conformance._node import run as node
from tests.pack.test_linters import violations

BUNDLES = {bundle.name: bundle for bundle in discover(targets, "BUNDLE", Bundle, key=lambda bundle: bundle.name)}
each_bundle = pytest.mark.parametrize("bundle", BUNDLES.values(), ids=BUNDLES)
VERSION = version("backwright")
COMMAND = ["uvx", f"backwright=={VERSION}", "serve"]


@pytest.fixture(scope="module")
def product() -> Product:
    return product_of(App(Settings()).catalog, "backwright")


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `backwright bundle --all` writes."""
    into = tmp_path_factory.mktemp("dist")
    assert main(["bundle", "--all", "--into", str(into)]) == 0
    return into


def document(files: Mapping[str, bytes], path: str) -> dict[str, object]:
    loaded = json.loads(files[path])
    assert isinstance(loaded, dict)
    return loaded


@each_bundle
def test_a_bundle_is_the_same_for_the_same_product(bundle: Bundle, product: Product) -> None:
    assert bundle.make(product) == bundle.make(product)


@each_bundle
def test_a_bundle_names_the_version_and_no_path_of_a_machine(bundle: Bundle, product: Product) -> None:
    text = b"".join(data for path, data in bundle.make(product).items() if path.endswith((".json", ".toml", ".md")))
    assert VERSION.encode() in text or bundle.name in {"well-known", "links"}
    assert str(Path(__file__).parent.parent.parent).encode() not in text
    assert b"latest" not in b"".join(re.findall(rb'"version": "[^"]*"', text))


@pytest.mark.parametrize("name", ["agent-plugin", "claude-code", "codex", "gemini", "registry"])
def test_skillsaw_accepts_the_bundle_without_a_warning(name: str, dist: Path) -> None:
    found = violations(dist / name)
    assert [each for each in found if each["severity"] in {"error", "warning"}] == []


def test_skillsaw_would_see_a_manifest_that_is_none(dist: Path, tmp_path: Path) -> None:
    broken = json.loads((dist / "registry" / "server.json").read_bytes())
    broken["version"] = "latest"
    (tmp_path / "server.json").write_text(json.dumps(broken), encoding="utf-8")
    assert [each["rule_id"] for each in violations(tmp_path) if each["severity"] == "error"] != []


def test_mcpb_accepts_the_manifest_and_the_archive_holds_it(dist: Path) -> None:
    if npx() is None:
        assert not required()
        pytest.skip("no Node of at least version 22 for @anthropic-ai/mcpb")
    folder = dist / "mcpb"
    done = node("mcpb", "validate", "manifest.json", cwd=folder)
    assert (done.returncode, "passes" in done.stdout) == (0, True), done.stdout + done.stderr
    with zipfile.ZipFile(folder / f"backwright-{VERSION}.mcpb") as archive:
        assert archive.namelist() == ["icon.png", "manifest.json", "pyproject.toml", "server/main.py"]
        assert archive.read("manifest.json") == (folder / "manifest.json").read_bytes()


@pytest.mark.parametrize(
    ("name", "manifest", "folder", "key"),
    [
        ("mcpb", "manifest.json", "", "icon"),
        ("codex", "plugins/backwright/.codex-plugin/plugin.json", "plugins/backwright/", "logo"),
        ("codex", "plugins/backwright/.codex-plugin/plugin.json", "plugins/backwright/", "composerIcon"),
    ],
)
def test_an_icon_that_a_bundle_names_is_in_it(
    name: str, manifest: str, folder: str, key: str, product: Product
) -> None:
    made = BUNDLES[name].make(product)
    said = document(made, manifest)
    shown = said.get("interface", said)
    assert isinstance(shown, dict)
    path = str(shown[key]).removeprefix("./")
    data = made[f"{folder}{path}"]
    if path.endswith(".png"):
        assert data.startswith(b"\x89PNG\r\n\x1a\n")
        assert struct.unpack(">II", data[16:24]) == (512, 512)
    else:
        assert data.startswith(b"<svg xmlns=")


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("agent-plugin", "mcp.json"),
        ("claude-code", "plugins/backwright/.mcp.json"),
        ("codex", "plugins/backwright/.mcp.json"),
        ("gemini", "gemini-extension.json"),
    ],
)
def test_each_plugin_starts_the_pinned_version(name: str, path: str, product: Product) -> None:
    servers = document(BUNDLES[name].make(product), path)["mcpServers"]
    assert isinstance(servers, dict)
    entry = servers["backwright"]
    assert [entry["command"], *entry["args"]] == COMMAND


@pytest.mark.parametrize(
    ("name", "folder"),
    [("agent-plugin", "skills"), ("claude-code", "plugins/backwright/skills"), ("gemini", "skills")],
)
def test_a_plugin_brings_each_skill_with_what_it_points_to(name: str, folder: str, product: Product) -> None:
    files = BUNDLES[name].make(product)
    for skill in product.skills:
        text = files[f"{folder}/{skill}/SKILL.md"].decode()
        pointed = set(re.findall(r"\]\((references/[a-z0-9-]+\.md)", text))
        assert {path for path in pointed if f"{folder}/{skill}/{path}" not in files} == set()
    assert not any("/evals/" in path or "/assets/" in path for path in files)


def test_the_registry_takes_the_length_of_the_description(product: Product) -> None:
    said = document(BUNDLES["registry"].make(product), "server.json")
    assert said["name"] == "io.github.backwright/backwright"
    assert isinstance(said["description"], str)
    assert 20 < len(said["description"]) <= 100


def test_the_readme_proves_to_the_registry_whose_the_package_is() -> None:
    readme = (Path(__file__).parent.parent.parent / "README.md").read_text(encoding="utf-8")
    assert "<!-- mcp-name: io.github.backwright/backwright -->" in readme


def test_the_index_names_each_file_with_its_digest(product: Product) -> None:
    files = BUNDLES["well-known"].make(product)
    skills = document(files, ".well-known/agent-skills/index.json")["skills"]
    assert isinstance(skills, list)
    assert [each["name"] for each in skills] == sorted(product.skills)
    for each in skills:
        data = files[f".well-known/agent-skills/{each['url']}"]
        assert digest(data) == each["digest"]
        with tarfile.open(fileobj=io.BytesIO(data)) as archive:
            assert "SKILL.md" in archive.getnames()


def test_the_links_say_what_is_to_be_started(product: Product) -> None:
    cursor = parse_qs(urlsplit(links.cursor(product)).query, strict_parsing=True)
    entry = json.loads(base64.b64decode(cursor["config"][0], validate=True))
    assert (cursor["name"], [entry["command"], *entry["args"]]) == (["backwright"], COMMAND)
    entry = json.loads(unquote(links.vscode(product).partition("?")[2]))
    assert (entry["name"], [entry["command"], *entry["args"]]) == ("backwright", COMMAND)


def test_a_second_build_replaces_the_first_and_nothing_else_is_written_over(dist: Path, tmp_path: Path) -> None:
    assert main(["bundle", "links", "--into", str(dist)]) == 0
    (tmp_path / "links").mkdir()
    (tmp_path / "links" / "mine").write_text("", encoding="utf-8")
    assert main(["bundle", "links", "--into", str(tmp_path)]) == 2
    assert [path.name for path in (tmp_path / "links").iterdir()] == ["mine"]


@pytest.mark.parametrize("arguments", [[], ["appstore"], ["links", "--owner", "../x"]])
def test_a_channel_or_an_owner_that_is_none_is_a_mistake(arguments: list[str], tmp_path: Path) -> None:
    try:
        code = main(["bundle", *arguments, "--into", str(tmp_path / "dist")])
    except SystemExit as stopped:
        code = int(str(stopped.code))
    assert code == 2
    assert not (tmp_path / "dist").exists()


def test_the_list_names_each_channel_and_its_check(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bundle", "--list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == sorted(BUNDLES)
    assert all("checked by: " in line for line in lines)
