"""Each clause that the Skills extension and Agent Skills put on a server, as data, and the decorator that binds tests.

Sources: the Skills extension is `specification/stable/skills.mdx` of modelcontextprotocol/ext-skills; Agent Skills is
agentskills.io/specification. The sentences are ours. `test_bindings.py` holds that each clause has a test, or a gap
with its reason, and that no test names a clause that is not here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T", bound=Callable[..., object])

SKILLS = "Skills extension"
AGENT = "Agent Skills"


@dataclass(frozen=True, slots=True)
class Requirement:
    """One clause.

    Args:
        id: `<area>:<what>`, unique.
        source: the document and the section.
        sentence: what has to hold.
        gap: why no test proves it, where none does.
    """

    id: str
    source: str
    sentence: str
    gap: str | None = None


def requirement(*ids: str) -> Callable[[T], T]:
    """Says which clauses a test proves."""

    def bound(test: T) -> T:
        test.__dict__.setdefault("requirements", []).extend(ids)
        return test

    return bound


def _of(document: str, section: str, *clauses: tuple[str, str] | tuple[str, str, str]) -> tuple[Requirement, ...]:
    return tuple(Requirement(clause[0], f"{document}: {section}", *clause[1:]) for clause in clauses)


REQUIREMENTS: tuple[Requirement, ...] = (
    *_of(
        SKILLS,
        "Capability Negotiation",
        ("capability:declared", "Support is declared under capabilities.extensions by the extension's identifier."),
        ("capability:directory-read", "directoryRead is a plain boolean in the settings, in no envelope."),
        ("capability:list-and-get", "A server that declares the extension implements skills/list and skills/get."),
        ("capability:directory-method", "With directoryRead, resources/directory/read is implemented."),
        ("capability:resources", "A server that declares the extension declares the resources capability."),
    ),
    *_of(
        SKILLS,
        "Skill Format",
        ("format:conforms", "A served skill conforms to Agent Skills."),
        ("format:skill-md", "Every skill has a SKILL.md at its root."),
        ("format:frontmatter", "SKILL.md begins with YAML frontmatter that has name and description."),
    ),
    *_of(
        SKILLS,
        "Resource Mapping",
        ("mapping:each-file", "Each file of a skill's directory is a resource."),
        ("mapping:scheme", "The URI of a file is skill://<skill-path>/<file-path>."),
        ("mapping:final-segment", "The last segment of the skill path is the frontmatter's name."),
        ("mapping:name-rules", "That segment keeps the naming rules of Agent Skills."),
        ("mapping:reg-name", "The first segment is a valid reg-name of RFC 3986."),
        ("mapping:prefix", "Further segments of a prefix are valid path segments of a URI."),
        ("mapping:root", "The root directory's URI is that of SKILL.md without /SKILL.md and without a slash."),
        ("mapping:any-scheme", "Skills under other schemes are listed as well.", "we serve skill:// and no other"),
    ),
    *_of(
        SKILLS,
        "Resource Metadata",
        ("metadata:mime", "SKILL.md is text/markdown."),
        ("metadata:name", "The resource of a SKILL.md is named as its frontmatter says."),
        ("metadata:description", "It has the frontmatter's description."),
        ("metadata:other-mime", "Other files have the MIME type of their content."),
        ("metadata:meta-prefix", "_meta keys of skill resources are under io.modelcontextprotocol.skills/."),
    ),
    *_of(
        SKILLS,
        "Nested Skills",
        ("nested:supporting", "A nested skill's files are supporting files of the enclosing skill."),
        (
            "nested:published",
            "A nested skill is published by an entry of its own.",
            "a SKILL.md inside a skill is served as a file of it only; no skill of ours nests",
        ),
        ("nested:flat", "The listing is flat; nothing in it marks nesting."),
    ),
    *_of(
        SKILLS,
        "Skill Entries",
        ("entry:uri", "An entry's uri is that of a SKILL.md and is readable with resources/read."),
        ("entry:frontmatter", "The frontmatter has every field of the SKILL.md, unchanged."),
        ("entry:frontmatter-name", "The last segment of the entry's skill path is frontmatter.name."),
        ("entry:reserved", "Unknown metadata keys under io.modelcontextprotocol/ are ignored and pass through."),
        ("entry:names-unique", "Names are unique in a listing."),
        ("entry:resources-complete", "resources lists every file of the skill as it is published, so not its evals."),
        ("entry:resources-once", "It lists each file once."),
        ("entry:resources-skill-md", "SKILL.md is among them, under the entry's own uri."),
        ("entry:resources-inside", "Each listed file is within the skill's directory."),
        ("entry:size", "Each has the length in bytes of the file's raw content."),
        ("entry:digest", "Each has sha256: and 64 lower-case hexadecimal digits over the raw bytes."),
        (
            "entry:dynamic",
            "resources is dynamic where digests cannot be published.",
            "our skills are files, never generated",
        ),
        ("entry:array", "resources is an array or the string dynamic, and never absent."),
    ),
    *_of(
        SKILLS,
        "Limits",
        ("limits:files", "No served skill has more than 512 files."),
        ("limits:bytes", "No served skill has more than 16 MiB."),
    ),
    *_of(
        SKILLS,
        "Listing Skills",
        ("list:result-type", "skills/list answers with resultType complete."),
        ("list:pages", "nextCursor, passed back as cursor, gives the next page."),
        ("list:atomic", "An entry is never split across pages."),
        ("list:cacheable", "ttlMs and cacheScope are there on every page."),
    ),
    *_of(
        SKILLS,
        "Getting a Skill",
        ("get:entry", "skills/get answers with the entry, the same as in the listing."),
        ("get:result-type", "Its resultType is complete."),
        ("get:skill-md-only", "The uri has to be that of a SKILL.md."),
        ("get:unknown", "A uri that is no served skill's is error -32602."),
        ("get:unlisted", "It answers for every skill that is served, listed or not."),
        ("get:cacheable", "ttlMs and cacheScope are there."),
        ("get:no-cursor", "There is no pagination cursor."),
    ),
    *_of(
        SKILLS,
        "Reading Skill Content",
        ("read:resources-read", "Files are read with resources/read."),
        ("read:exact", "What is read has the size and the digest of the entry."),
    ),
    *_of(
        SKILLS,
        "Reading Directories",
        ("directory:mime", "A directory is a resource of type inode/directory."),
        ("directory:no-slash", "A directory's URI has no trailing slash."),
        ("directory:result-type", "resources/directory/read answers with resultType complete."),
        ("directory:unknown", "A uri that does not exist is error -32602."),
        ("directory:not-a-directory", "So is a uri that is no directory."),
        ("directory:children", "The result has every direct child and nothing deeper."),
        ("directory:metadata", "Files have the metadata that they have in resources/list."),
        (
            "directory:empty",
            "An empty directory gives an empty list.",
            "a skill is a set of files, so no directory is empty",
        ),
        ("directory:pages", "nextCursor, passed back as cursor, gives the next page."),
        ("directory:every", "Every directory of every served skill is answered, unlisted versions included."),
    ),
    *_of(
        SKILLS,
        "Error Handling",
        ("errors:read-unknown", "resources/read of a file that is not served is error -32602."),
        ("errors:internal", "An internal error is -32603."),
        ("errors:informative", "Messages say what is wrong."),
    ),
    *_of(
        SKILLS,
        "Reservations",
        ("reserved:methods", "No method under skills/ but the extension's is answered."),
    ),
    *_of(
        AGENT,
        "Frontmatter",
        ("agent:name-length", "A name has 1 to 64 characters."),
        ("agent:name-characters", "A name has lower-case letters, digits and hyphens, none first, last or doubled."),
        ("agent:name-folder", "A name is that of the skill's folder."),
        ("agent:description", "A description has 1 to 1,024 characters."),
        ("agent:compatibility", "A compatibility note has at most 500 characters."),
        ("agent:metadata", "Metadata maps strings to strings."),
        ("agent:optional", "license, compatibility, metadata and allowed-tools may be there, and nothing unknown is."),
    ),
    *_of(
        AGENT,
        "Body content and progressive disclosure",
        ("agent:lines", "SKILL.md has at most 500 lines."),
        ("agent:tokens", "The instructions cost less than 5,000 tokens."),
        ("agent:references", "References are relative paths, one level deep, to files that exist."),
    ),
    *_of(
        AGENT,
        "Validation",
        ("agent:validator", "The reference validator accepts every skill of the pack."),
    ),
)
