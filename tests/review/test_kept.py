from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backwright.review.diff import Diff, parse_diff
from backwright.review.kept import KeptFile, packed, unpacked
from tests.review._make import diff_of
from tests.review._reference import REFERENCE_DIFF

# A line of a diff holds no line feed, and a carriage return at its end is its line end.
LINES = st.lists(st.text(st.characters(exclude_characters="\n\r", exclude_categories=["Cs"]), max_size=12), max_size=12)


def _shape(diff: Diff) -> list[tuple[object, ...]]:
    """What a format and an anchor need of a diff."""
    return [(file.path, file.old_path, file.status, file.binary, file.hunks) for file in diff.files]


@given(LINES, LINES)
def test_a_diff_is_read_back_as_it_was(old: list[str], new: list[str]) -> None:
    diff = diff_of({"a b/\u00e9.py": "\n".join(new)}, {"a b/\u00e9.py": "\n".join(old)})
    assert _shape(unpacked(packed(diff))) == _shape(diff)


def test_new_deleted_renamed_and_binary_files_are_read_back() -> None:
    text = (
        "diff --git a/old.py b/new.py\nsimilarity index 100%\nrename from old.py\nrename to new.py\n"
        "diff --git a/gone.py b/gone.py\ndeleted file mode 100644\n--- a/gone.py\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n"
        "diff --git a/made.py b/made.py\nnew file mode 100644\n--- /dev/null\n+++ b/made.py\n@@ -0,0 +1 @@\n+x = 1\n"
        "diff --git a/logo.png b/logo.png\nBinary files a/logo.png and b/logo.png differ\n"
    )
    diff = parse_diff(text.encode())
    assert len(diff.files) == 4
    assert _shape(unpacked(packed(diff))) == _shape(diff)


def test_no_secret_is_kept() -> None:
    key = ["-----BEGIN RSA PRIVATE KEY-----", "MIIEowIBAAKCAQEA", "short", "-----END RSA PRIVATE KEY-----"]
    code = ['x = "', 'password = "9fK2mQ7xV4bN8sT1wZ6c"', 'DSN = "postgres://me:9fK2mQ7xV4bN8sT1@db/x"', "ok = 1"]
    kept = packed(diff_of({"x.py": "\n".join([*code, *key])}))
    text = kept[0].hunks[0].text
    for secret in ("9fK2mQ7xV4bN8sT1", "MIIEowIBAAKCAQEA", "short"):
        assert secret not in text
    assert "+ok = 1" in text
    assert [line.new for line in unpacked(kept).files[0].hunks[0].lines] == list(range(1, 9))


def test_hostile_text_is_kept_as_it_is() -> None:
    diff = unpacked(packed(REFERENCE_DIFF))
    assert [file.path for file in diff.files] == [file.path for file in REFERENCE_DIFF.files]
    assert "\x1b[31mx" in diff.files[0].hunks[0].lines[-2].text


def test_a_line_without_a_marker_is_refused() -> None:
    (file,) = packed(diff_of({"x.py": "x = 1"}))
    damaged = file.model_copy(update={"hunks": (file.hunks[0].model_copy(update={"text": "x = 1"}),)})
    with pytest.raises(ValueError, match="LineKind"):
        unpacked([KeptFile.model_validate(damaged.model_dump())])
