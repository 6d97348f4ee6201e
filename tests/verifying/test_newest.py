"""An environment with the newest releases: nothing that lies in the folder of a project has a say in it."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest

from backwright.errors import RegistryFailedError
from backwright.verifying.newest import newest


@pytest.mark.parametrize("path", ["", "/usr/bin:/bin"], ids=["pip", "uv where it is installed"])
@pytest.mark.parametrize("modules", ["", "."], ids=["", "the path of modules begins here"])
def test_neither_modules_nor_settings_of_the_project_are_an_installer_s(
    path: str, modules: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project, ours = tmp_path / "project", tmp_path / "ours"
    project.mkdir()
    ours.mkdir()
    for name in ("venv", "pip", "uv", "json", "ensurepip", "sitecustomize"):
        (project / f"{name}.py").write_text(f"open({str(tmp_path / 'proof')!r}, 'w').close()\n", encoding="utf-8")
    (project / "uv.toml").write_text("this is no TOML", encoding="utf-8")
    (project / "uv").write_text(f"#!/bin/sh\ntouch {tmp_path / 'proof'}\n", encoding="utf-8")
    (project / "uv").chmod(0o755)
    monkeypatch.chdir(project)
    monkeypatch.setenv("PATH", f".:{path}" if path else ".")
    monkeypatch.setenv("PYTHONPATH", modules)
    for name in ("PIP_NO_INDEX", "UV_OFFLINE"):
        monkeypatch.setenv(name, "1")
    with suppress(RegistryFailedError):
        newest(ours / "made", ["there-is-no-such-package-of-ours"])
    assert not (tmp_path / "proof").exists()
    assert (ours / "made" / "pyvenv.cfg").is_file()
