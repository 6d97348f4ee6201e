"""A pack whose skills mean harm, and what a page holds."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

from backwright.catalog.manifest import update
from tests.catalog._packs import front, skill_md, write_release, write_skill

HOSTILE = """\
# Hostile <script>alert(1)</script>

<script>document.title = "owned"</script>
<img src=x onerror="document.title = 'owned'">

[script](javascript:alert(1)) [data](data:text/html,x) [plain](http://example.com/) [out](//example.com/x)
[up](../../../../etc/passwd) [good](https://example.com/good) [more](references/more.md) [none](references/none.md)
![beacon](https://example.com/beacon.png) <https://example.com/auto> [root](/health) [other](../sound/SKILL.md)

Hidden: a\u202eb\u200bc. See `BW101`, `sound` and `references/more.md`, at `/`. The [rest](#the-rest).

## The rest

| left | right |
|:-----|------:|
| a    | **b** |

```python wrong
x = "</code><script>"  # BW101: why
```

## Checklist
"""


def write_hostile_pack(root: Path) -> Path:
    """Skills hostile and sound, the latter in two versions."""
    checklist = "items:\n  - id: one\n    text: Say <b>one</b> in `a <i>` (`BW101`).\n    rules: [BW101, ASYNC210]\n"
    question = (
        "  - id: two\n    text: Ask.\n"
        "    question: {ask: Is <i>it</i>?, evidence: here, success: yes it is, failure: not}\n"
    )
    write_skill(
        root / "skills",
        "hostile",
        files={
            "SKILL.md": skill_md(front("hostile"), HOSTILE),
            "references/more.md": "# More\n\nBack to [it](../SKILL.md) and [itself](#more).\n",
            "assets/page.html": "<script>alert(1)</script>\n",
            "index.html": "<script>alert(1)</script>\n",
            "assets/picture.png": b"\x89PNG\r\n",
            "assets/latin.txt": "caf\xe9\n".encode("latin-1"),
            "checklist.yaml": checklist + question,
            "triggers.yaml": 'strong: ["<b>bold</b>"]\nmatch: ["<u>do it</u>"]\n',
        },
    )
    write_skill(root / "skills", "sound", version="1.1.0")
    write_release(root, "sound", "1.0.0", body="# As it was\n\nSee [more](references/more.md).\n")
    assert update(root).problems == ()
    return root


class Page(HTMLParser):
    """The ids, the links and the tags of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.append((tag, given))
        if given.get("id"):
            self.ids.append(str(given["id"]))
        if tag == "a" and given.get("href") is not None:
            self.links.append(str(given["href"]))

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        """The attributes of each element of a kind."""
        return [given for name, given in self.tags if name == tag]
