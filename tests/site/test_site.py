"""What the pages say, and what of a skill's text they do not pass on."""

from __future__ import annotations

import re

import pytest

from backwright.review.engine import all_rules
from backwright.site.site import Site
from backwright.site.view import policy
from tests.site._pages import Page


def page(site: Site, path: str) -> Page:
    text = site.page(path)
    assert text is not None
    return Page(text)


def test_the_first_page_lists_each_skill_with_its_version_and_each_rule(site: Site) -> None:
    home = page(site, "")
    assert {"skills/hostile", "skills/sound", "rules/BW101", "problems"} <= set(home.links)
    assert re.search(r"sound\s+1\.1\.0", home.text)
    assert all(rule.code in home.text and rule.summary in home.text for rule in all_rules())


def test_a_skill_is_shown_with_its_checklist_triggers_files_and_versions(site: Site) -> None:
    shown = page(site, "skills/hostile")
    assert "Say <b>one</b> in a <i> (BW101)." in shown.text
    assert "<code>a &lt;i&gt;</code>" in str(site.page("skills/hostile"))
    assert "Is <i>it</i>?" in shown.text
    assert "<b>bold</b>" in shown.text
    assert "<u>do it</u>" in shown.text
    assert "../rules/BW101" in shown.links
    assert "hostile/references/more.md" in shown.links
    assert "assets/picture.png" in shown.text
    assert "hostile/assets/picture.png" not in shown.links
    assert page(site, "skills/sound").links.count("sound/1.0.0") == 1


def test_a_released_version_says_that_it_is_one_and_leads_to_its_own_files(site: Site) -> None:
    shown = page(site, "skills/sound/1.0.0")
    assert "This is a released version." in shown.text
    assert "As it was" in shown.text
    assert "1.0.0/references/more.md" in shown.links
    assert "../sound" in shown.links
    assert "This is a released version." not in page(site, "skills/sound").text


def test_no_html_of_a_skill_comes_through(site: Site) -> None:
    for path in site.paths:
        shown = page(site, path)
        names = {name for name, _ in shown.tags}
        assert not names & {"img", "iframe", "object", "embed", "b", "i", "u"}
        assert len(shown.all("script")) == (path == "")
        for _, given in shown.tags:
            assert not [name for name in given if name.startswith("on") or name == "style"]


def test_a_link_of_a_skill_leads_to_a_page_or_over_https(site: Site) -> None:
    shown = page(site, "skills/hostile")
    outside = {link for link in shown.links if ":" in link}
    assert outside == {"https://example.com/good", "https://example.com/auto"}
    assert all(given["rel"] == "noreferrer" for given in shown.all("a") if ":" in str(given["href"]))
    assert {"#the-rest", "hostile/references/more.md", "sound"} <= set(shown.links)
    for word in ("passwd", "none.md", "beacon.png", "/health", "example.com/x"):
        assert not [link for link in shown.links if word in link]
    assert "[image: beacon]" in shown.text


def test_a_word_in_code_leads_to_the_rule_the_skill_or_the_file_that_it_names(site: Site) -> None:
    text = str(site.page("skills/hostile"))
    assert '<a href="../rules/BW101"><code>BW101</code></a>' in text
    assert '<a href="sound"><code>sound</code></a>' in text
    assert '<a href="hostile/references/more.md"><code>references/more.md</code></a>' in text
    assert "<code>/</code>" in text


def test_what_a_reader_could_not_see_is_written_out(site: Site) -> None:
    shown = page(site, "skills/hostile")
    assert "a[U+202E]b[U+200B]c" in shown.text


def test_a_heading_of_a_skill_takes_no_id_that_the_page_uses_itself(site: Site) -> None:
    shown = page(site, "skills/hostile")
    assert len(shown.ids) == len(set(shown.ids))
    assert {"checklist", "checklist-1", "the-rest"} <= set(shown.ids)


def test_a_file_of_code_is_text_and_one_that_is_no_text_says_so(site: Site) -> None:
    assert "<script>alert(1)</script>" in page(site, "skills/hostile/assets/page.html").text
    assert "Not shown:" in page(site, "skills/hostile/assets/latin.txt").text


def test_a_rule_is_shown_with_what_it_decides(site: Site) -> None:
    shown = page(site, "rules/BW101")
    assert "Say <b>one</b> in" in shown.text
    assert "../skills/hostile#checklist" in shown.links
    assert "ASYNC210" in page(site, "rules").text


@pytest.mark.parametrize(
    "path", ["skills", "skills/none", "skills/sound/9.9.9", "rules/BW000", "../etc", "skills/hostile/"]
)
def test_there_is_no_page_for_what_is_not_served(site: Site, path: str) -> None:
    assert site.page(path) is None
    assert "There is no such page" in Page(site.missing(path)).text


def test_the_policy_allows_the_own_style_and_script_and_nothing_else() -> None:
    parts = dict(part.split(" ", 1) for part in policy().split("; "))
    assert parts["default-src"] == "'none'"
    assert re.fullmatch(r"'sha256-[A-Za-z0-9+/=]{44}'", parts["style-src"])
    assert re.fullmatch(r"'sha256-[A-Za-z0-9+/=]{44}'", parts["script-src"])
    assert "unsafe" not in policy()


def test_a_search_finds_what_has_all_words_the_title_first(site: Site) -> None:
    found = Page(site.found("sound"))
    assert next(link for link in found.links if link.startswith("skills/")) == "skills/sound"
    assert "rules/BW101" in Page(site.found("requests BLOCKING client")).links
    assert "skills/hostile/references/more.md" in Page(site.found("back to itself")).links
    nothing = Page(site.found("sound zzzz <script>"))
    assert "Nothing" in nothing.text
    assert len(nothing.all("script")) == 0
    assert nothing.all("input")[0]["value"] == "sound zzzz <script>"


def test_a_search_reads_no_more_than_so_much(site: Site) -> None:
    assert "Nothing" in Page(site.found("zzzz " * 100_000)).text
    assert Page(site.found("   ")).links
