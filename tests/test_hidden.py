"""Hidden text: what no reader sees is found, ordinary writing of many languages is not, and a message shows neither."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backwright._hidden import describe, find_hidden, printable

HIDDEN = {
    "zero width space": "ab\u200bc",
    "zero width joiner between ascii": "ab\u200dc",
    "word joiner": "ab\u2060c",
    "byte order mark": "ab\ufeffc",
    "soft hyphen": "ab\u00adc",
    "right-to-left override": "ab\u202ec",
    "isolate": "ab\u2066c",
    "tag": "ab\U000e0061c",
    "unassigned tag": "ab\U000e0002c",
    "variation selector after a letter": "ab\ufe0fc",
    "variation selector supplement": "ab\U000e0100c",
    "hangul filler": "ab\u3164c",
    "halfwidth filler": "ab\uffa0c",
    "braille blank": "ab\u2800c",
    "grapheme joiner": "ab\u034fc",
    "mongolian vowel separator": "ab\u180ec",
    "private use": "ab\ue000c",
    "line separator": "ab\u2028c",
    "next line": "ab\u0085c",
    "NUL": "ab\0c",
    "escape": "ab\x1bc",
    "delete": "ab\x7fc",
    "lone carriage return": "ab\rc",
    "surrogate": "ab\ud800c",
    "joiner at the end": "ab\u200d",
}


@pytest.mark.parametrize("text", HIDDEN.values(), ids=HIDDEN.keys())
def test_hidden_text_is_found_where_it_is(text: str) -> None:
    assert find_hidden(text) == 2


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Plain text, with\ttabs\r\nand lines.\n",
        "naïve café — “quoted” … ½ € ™ · ¿qué?",
        "用 fastapi 写一个分页查询订单的接口，目录结构怎么安排？「例」",  # noqa: RUF001  Chinese punctuation is the case
        "エンドポイント・ページネーション ー 依存性注入",
        "파이썬 백엔드",
        "эндпойнт, внедрение зависимостей",
        "نمی‌خواهم",
        "API\u200cهای و نسخه\u200c2",  # noqa: RUF001  Persian endings on Latin words are the case
        "क्‍ष",
        "\u2139\ufe0f note \u3030\ufe0f",
        "warning ⚠️ and check ✔︎ and 1️⃣",
        "👩‍💻 🏳️‍🌈 👨‍👩‍👧‍👦 👍🏽",
        "हिन्दी עברית العربية ไทย",
        "zalgo is visible: a\u0301\u0302",
    ],
)
def test_ordinary_writing_is_not_hidden(text: str) -> None:
    assert find_hidden(text) is None


def test_a_run_of_selectors_or_joiners_is_hidden_from_the_second_on() -> None:
    assert find_hidden("⚠\ufe0f\ufe0e") == 2
    assert find_hidden("क\u200d\u200dष") == 1


def test_a_character_is_described_by_code_point_and_name() -> None:
    assert describe("\u200b") == "U+200B ZERO WIDTH SPACE"
    assert describe("\0") == "U+0000"


@given(st.text(max_size=400))
def test_what_is_shown_is_printable_and_bounded(text: str) -> None:
    shown = printable(text)
    assert shown.isprintable()
    assert len(shown) <= 2200
    shown.encode("utf-8")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain 用 é", "plain 用 é"),
        ("a\nb", "a\\nb"),
        ("\x1b[31m", "\\x1b[31m"),
        ("\u202e", "\\u202e"),
        ("\udcff", "\\udcff"),
    ],
)
def test_what_could_fool_a_reader_is_escaped(text: str, shown: str) -> None:
    assert printable(text) == shown
