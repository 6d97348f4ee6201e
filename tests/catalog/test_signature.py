"""Signatures by a key, verified without a network: signed, unsigned and invalid are three different things."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

pytest.importorskip("model_signing", reason="the extra `signing` is not installed")

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from model_signing import signing

from backwright.catalog.signature import SUFFIX, Signature, verify_signatures
from backwright.cli.main import main
from backwright.errors import IntegrityError, InvalidInputError
from tests.catalog._packs import write_pack, write_release

RELEASE = "skills/.releases/one/0.9.0"


@dataclass(frozen=True)
class Signed:
    """A pack whose skill one and its release are signed, and the keys; skill two is not signed."""

    pack: Path
    private: Path
    public: Path

    def sign(self, folder: str) -> None:
        target = self.pack / folder
        signature = target.with_name(f"{target.name}{SUFFIX}")
        config = signing.Config()  # type: ignore[no-untyped-call]  # the library types all but its constructors
        config.use_elliptic_key_signer(private_key=self.private).sign(target, signature)

    def states(self) -> dict[str, str]:
        return {each.path: each.state for each in verify_signatures(self.pack, self.public)}

    def reason(self, folder: str) -> str:
        (found,) = [each for each in verify_signatures(self.pack, self.public) if each.path == folder]
        assert found.state == "invalid"
        return found.reason


def write_keys(folder: Path, name: str) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    private, public = folder / f"{name}.pem", folder / f"{name}.pub"
    pem = serialization.Encoding.PEM
    private.write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    public.write_bytes(key.public_key().public_bytes(pem, serialization.PublicFormat.SubjectPublicKeyInfo))
    return private, public


@pytest.fixture
def signed(tmp_path: Path) -> Signed:
    write_release(tmp_path / "pack", "one", "0.9.0")
    made = Signed(write_pack(tmp_path / "pack", "one", "two"), *write_keys(tmp_path, "key"))
    for folder in ("skills/one", RELEASE):
        made.sign(folder)
    return made


def test_signed_skills_and_releases_are_told_from_unsigned_ones(signed: Signed) -> None:
    assert verify_signatures(signed.pack, signed.public) == (
        Signature("skills/one", "signed"),
        Signature("skills/two", "unsigned"),
        Signature(RELEASE, "signed"),
    )


@pytest.mark.parametrize("folder", ["skills/one", RELEASE])
def test_a_tampered_file_an_extra_one_and_a_missing_one_are_each_detected(folder: str, signed: Signed) -> None:
    target = signed.pack / folder / "references/more.md"
    original = target.read_bytes()
    target.write_bytes(b"tampered")
    assert "more.md" in signed.reason(folder)
    target.write_bytes(original)
    assert signed.states()[folder] == "signed"
    extra = target.with_name("extra.md")
    extra.write_bytes(b"")
    assert "extra.md" in signed.reason(folder)
    extra.unlink()
    target.unlink()
    assert "more.md" in signed.reason(folder)


def test_a_file_that_is_never_served_is_covered_too(signed: Signed) -> None:
    (signed.pack / "skills/one/.hidden").write_bytes(b"x")
    assert ".hidden" in signed.reason("skills/one")


def test_the_signature_of_another_folder_or_by_another_key_does_not_hold(signed: Signed, tmp_path: Path) -> None:
    other = signed.pack / f"skills/two{SUFFIX}"
    other.write_bytes((signed.pack / f"skills/one{SUFFIX}").read_bytes())
    assert signed.states()["skills/two"] == "invalid"
    _, stranger = write_keys(tmp_path, "stranger")
    assert {each.state for each in verify_signatures(signed.pack, stranger)} == {"invalid"}


@pytest.mark.parametrize("data", [b"", b"{}", b"\xff", b'{"mediaType": "x"}', b"[" * 100_000])
def test_a_signature_that_is_none_is_invalid_and_not_unsigned(data: bytes, signed: Signed) -> None:
    (signed.pack / f"skills/one{SUFFIX}").write_bytes(data)
    assert signed.reason("skills/one")
    assert signed.states()[RELEASE] == "signed"


def test_a_signature_whose_payload_was_edited_is_invalid(signed: Signed) -> None:
    path = signed.pack / f"skills/one{SUFFIX}"
    bundle = json.loads(path.read_text(encoding="utf-8"))
    payload = bundle["dsseEnvelope"]["payload"]
    bundle["dsseEnvelope"]["payload"] = f"{payload[:-8]}{'A' if payload[-8] != 'A' else 'B'}{payload[-7:]}"
    path.write_text(json.dumps(bundle), encoding="utf-8")
    assert signed.states()["skills/one"] == "invalid"


def test_links_are_not_followed(signed: Signed, tmp_path: Path) -> None:
    signature = signed.pack / f"skills/one{SUFFIX}"
    signature.rename(tmp_path / "elsewhere.sig")
    signature.symlink_to(tmp_path / "elsewhere.sig")
    assert signed.states()["skills/one"] == "invalid"
    more = signed.pack / RELEASE / "references/more.md"
    more.rename(tmp_path / "more.md")
    more.symlink_to(tmp_path / "more.md")
    assert "link" in signed.reason(RELEASE)


@pytest.mark.parametrize("data", [None, b"", b"no key"])
def test_a_key_that_is_none_is_a_wrong_call(data: bytes | None, signed: Signed, tmp_path: Path) -> None:
    key = tmp_path / "bad.pub"
    if data is not None:
        key.write_bytes(data)
    with pytest.raises(InvalidInputError, match=r"bad\.pub"):
        verify_signatures(signed.pack, key)


def test_a_folder_without_skills_is_refused(signed: Signed, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(IntegrityError):
        verify_signatures(tmp_path / "empty", signed.public)


def test_the_command_says_who_is_unsigned_and_exits_with_1(signed: Signed, capsys: pytest.CaptureFixture[str]) -> None:
    options = ["verify", "--signature", "--public-key", str(signed.public), "--pack", str(signed.pack)]
    assert main(options) == 1
    out = capsys.readouterr().out
    assert "skills/one: signed\nskills/two: unsigned\n" in out
    signed.sign("skills/two")
    assert main([*options, "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert [each["state"] for each in answer["signatures"]] == ["signed"] * 3
    (signed.pack / RELEASE / "extra.md").write_bytes(b"")
    assert main(options) == 1
    assert f"{RELEASE}: invalid: Signature mismatch" in capsys.readouterr().out


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs a network namespace")
def test_verifying_needs_no_network(signed: Signed) -> None:
    unshare = ["unshare", "--map-root-user", "--net"]
    if subprocess.run([*unshare, "true"], check=False, capture_output=True, timeout=20).returncode:
        pytest.skip("network namespaces are not allowed here")
    command = [sys.executable, "-m", "backwright", "verify", "--signature", "--public-key", str(signed.public)]
    run = subprocess.run(
        [*unshare, *command, "--pack", str(signed.pack)], check=False, capture_output=True, text=True, timeout=120
    )
    assert f"{RELEASE}: signed" in run.stdout, run.stderr
