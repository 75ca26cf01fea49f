from __future__ import annotations

import re
from collections import Counter

import pytest

from pytest_schema_registry import InvalidAnswer
from tests.docs.pages import README, ROOT, Page, all_pages, page, table

PACKAGE = ROOT / "pytest_schema_registry"
PAGES = {each.path: each for each in all_pages()}
#: How many blocks of which language the tests of a page run. The blocks of recipes, drills and
#: explanations have a test for whatever number there is.
RUN = {
    "README.md": {"console": 3, "ini": 2, "json": 1, "python": 2, "sh": 1, "text": 2},
    "docs/ci.md": {"text": 1, "yaml": 4},
    "docs/command_line.md": {"console": 1, "python": 1, "yaml": 1},
    "docs/compatibility.md": {"ini": 1, "python": 1, "text": 2, "toml": 1},
    "docs/library.md": {"python": 2},
    "docs/models.md": {"python": 2, "text": 1},
    "docs/monitoring.md": {"yaml": 2},
    "docs/offline_ci.md": {"console": 3, "text": 1, "yaml": 1},
    "docs/options.md": {"toml": 1},
    "docs/registries.md": {"console": 1, "python": 1, "sh": 1},
    "docs/registry_server.md": {"python": 1},
    "docs/reports.md": {"text": 1},
    "docs/writing_tests.md": {"console": 1, "python": 2, "text": 1},
}
RUN_BY_THEIR_NAMES = {"docs/drills.md", "docs/explanations.md", "docs/recipes.md"}
LINK = re.compile(r"\]\((?!https?:)([^)]+)\)")


@pytest.mark.parametrize("path", [path for path in PAGES if path not in RUN_BY_THEIR_NAMES])
def test_every_block_is_one_that_a_test_runs(path: str) -> None:
    assert Counter(PAGES[path].languages) == RUN.get(path, {})


@pytest.mark.parametrize("path", PAGES)
def test_every_link_leads_somewhere(path: str) -> None:
    folder = (ROOT / path).parent
    for link in LINK.findall(PAGES[path].text):
        file, _, anchor = link.partition("#")
        target = (folder / file).resolve() if file else ROOT / path
        assert target.is_file(), link
        titles = Page(target.relative_to(ROOT).as_posix()).anchors
        assert not anchor or anchor in titles, link


def test_the_readme_links_to_pages_of_the_documentation_and_nothing_outside() -> None:
    links = LINK.findall(README.text)
    assert len(links) > 10
    outside = {link for link in links if not link.startswith("docs/")}
    assert outside == {"CONTRIBUTING.md", "CHANGELOG.md"}
    # These two are behind the place where the documentation's copy of the README ends.
    end = re.findall(r':end-before: "(.+)"', page("index").text)[0]
    assert set(LINK.findall(README.text.partition(end)[2])) >= outside
    assert not outside & set(LINK.findall(README.text.partition(end)[0]))


def test_every_page_stands_once_in_the_contents_and_in_the_readme() -> None:
    trees = re.findall(r"^```\{toctree\}\n(.*?)^```$", page("index").text, re.MULTILINE | re.DOTALL)
    contents = {
        re.findall(":caption: (.+)", tree)[0].lower(): re.findall(r"^(\w+)$", tree, re.MULTILINE)
        for tree in trees
    }
    listed = [name for names in contents.values() for name in names]
    there = {file.stem for file in (ROOT / "docs").glob("*.md")} - {"index"}
    assert Counter(listed) == dict.fromkeys(there, 1)
    rows = table(README.section("Documentation"))
    assert {
        about.lower(): re.findall(r"docs/(\w+)\.md", pages) for about, pages in rows
    } == contents
    titles = re.findall(r"\[([^]]+)\]\(docs/", README.section("Documentation"))
    assert titles == [page(name).titles[0] for name in listed]


def test_every_page_begins_with_its_title() -> None:
    titles = [each.titles[0] for path, each in PAGES.items() if path != "docs/index.md"]
    assert len(set(titles)) == len(titles)
    for path, each in PAGES.items():
        assert path == "docs/index.md" or each.text.startswith(f"# {each.titles[0]}\n"), path


def test_the_page_that_a_message_names_exists() -> None:
    source = "\n".join(file.read_text(encoding="utf-8") for file in PACKAGE.rglob("*.py"))
    named = set(re.findall(r"documentation's page '([^']+)'", source))
    assert "README's chapter" not in source
    assert named
    assert named <= {each.titles[0] for path, each in PAGES.items() if path != "docs/index.md"}
    assert any(f"'{title}'" in str(InvalidAnswer("url", "reason")) for title in named)
