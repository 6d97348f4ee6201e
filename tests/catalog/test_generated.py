from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from backwright.catalog.generated import outline, read_generated
from backwright.catalog.pins import FilePin, Manifest, SkillPin, dump

digests = st.from_regex(r"sha256:[0-9a-f]{64}", fullmatch=True)
texts = st.text(min_size=1, max_size=12)
names = st.from_regex(r"[a-z0-9]{1,8}(-[a-z0-9]{1,8})?", fullmatch=True)
versions = st.from_regex(r"[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}(-rc\.[0-9])?", fullmatch=True)
pins = st.builds(
    SkillPin,
    version=versions,
    digest=digests,
    files=st.dictionaries(texts, st.builds(FilePin, digest=digests, size=st.integers(0, 10**9)), max_size=4),
)
manifests = st.builds(
    Manifest,
    skills=st.dictionaries(names, pins, max_size=3),
    releases=st.dictionaries(names, st.dictionaries(versions, pins, min_size=1, max_size=3), max_size=3),
)


@given(manifest=manifests)
def test_what_is_generated_is_read_as_it_was_or_left_to_the_strict_loader(manifest: Manifest) -> None:
    assert read_generated(dump(manifest)) in (manifest, None)


def test_an_ordinary_manifest_is_read_here() -> None:
    file = FilePin(digest=f"sha256:{'0' * 64}", size=12)
    pin = SkillPin(version="1.2.0-rc.1", digest=f"sha256:{'1' * 64}", files={"SKILL.md": file, 'a "ä".md': file})
    manifest = Manifest(
        skills={"one": pin, "two": pin}, releases={"one": {"1.0.0": pin, "1.1.0": pin}, "two": {"1.0.0": pin}}
    )
    for each in (manifest, Manifest(), Manifest(skills={"one": pin}), Manifest(releases={"one": {"1.0.0": pin}})):
        assert read_generated(dump(each)) == each


@given(data=st.data())
def test_one_byte_more_less_or_other_is_left_to_the_strict_loader_or_is_another_manifest(data: st.DataObject) -> None:
    pin = SkillPin(
        version="1.0.0", digest=f"sha256:{'1' * 64}", files={"SKILL.md": FilePin(digest=f"sha256:{'0' * 64}", size=12)}
    )
    good = dump(Manifest(skills={"one": pin}, releases={"one": {"1.0.0": pin}}))
    at = data.draw(st.integers(0, len(good)))
    spoiled = good[:at] + data.draw(st.binary(max_size=2)) + good[at + data.draw(st.integers(0, 2)) :]
    found = read_generated(spoiled)
    assert found is None or dump(found) == spoiled


@given(manifest=manifests)
def test_the_outline_of_a_generated_manifest_is_its_pins_without_their_files(manifest: Manifest) -> None:
    data = dump(manifest)
    if read_generated(data) is None:
        return
    heads = {(name, None): (pin.version, pin.digest) for name, pin in manifest.skills.items()}
    released = {
        (name, release): (pin.version, pin.digest)
        for name, pins in manifest.releases.items()
        for release, pin in pins.items()
    }
    assert outline(data) == heads | released


def test_what_is_no_text_is_left_to_the_strict_loader() -> None:
    assert read_generated(b"\xff") is None
    assert read_generated(b"") is None
