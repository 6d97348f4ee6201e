"""Whether a request is about software at all, asked before a skill is loaded by phrases that everyday English has too.

"My circuit breaker trips when the dryer runs" and "poetry for teenagers" hold strong phrases. A phrase of plain words
loads its skill only where something else in the request is of software as well; otherwise the skill is offered. The
lists are of the trade's vocabulary, not of anybody's prompts, and they never load or offer anything: they only hold
back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Final

from backwright.routing.index import Hit
from backwright.routing.stacks import own_names
from backwright.routing.text import STOP_WORDS, Words, words
from backwright.routing.trigger import Kind

# Words of software, and of nothing else that people ask for.
_SURE: Final = """
api apis backend frontend database sql postgres postgresql mysql sqlite redis mongodb kafka json yaml xml csv http https
url uri rest graphql grpc endpoint webhook websocket middleware codebase repo repository commit diff git github gitlab
deployment docker dockerfile container kubernetes k8s pod helm nginx aws gcp azure linux async await sync cpu runtime
sdk cli script bug traceback stacktrace stack exception latency timeout jwt oauth auth login token logout mock orm
schema deadlock microservice cron config env parser encoder serializer validator payload enum timestamp uuid staging
rollout refactor code coroutine decorator dataclass toml pip linter wheel semaphore mutex thread serverless localhost
debug debugger compile compiler metadata hostname dns tls ssl ssh cookie csrf cors hash subprocess daemon stdin stdout
stderr logger logging tracing telemetry span saas crud dto jsonb queryset migrations unittest backoff idempotent
idempotency sandbox regex syntax boolean integer float tuple async upstream downstream handler url callback polling
refactoring python dev devops prod coverage coder programmer developer software web runbook slo sli failover
"""
# Words of software that are said of other things as well: two of them count as one.
_LIKELY: Final = """
service server app application client request response route router query table column row index field record type
object class method function module package library import dependency version release branch merge pipeline build
image deploy production test suite fixture job task queue worker broker process loop cache memory pool connection
session key secret password account user role scope permission admin header body parameter argument variable string
list dict file upload download stream page pagination filter log error warning crash fail failure retry metric alert
alarm probe health dashboard monitor trace event message topic publish subscribe transaction lock migration rollback
backup restore replica shard cluster node proxy gateway balancer traffic load network socket port host domain settings
environment model validation format parse encode decode serialize template render review patch framework project
architecture layer interface tool plugin agent assistant prompt resource context notification schedule scheduled
signature certificate encryption null default status order payment provider customer invoice checkout product
feature flag outage pager disk replica primary
200 201 202 204 301 302 304 400 401 403 404 405 409 410 413 415 422 429 500 502 503 504
"""
# Names of software that are everyday words, or of other trades: declared as strong, they say nothing alone.
_HOMONYMS: Final = frozenset(
    words(
        "poetry celery flask django postmortem postmortems incident resilience mocking canary procrastinate huey "
        "renovate marshmallow tenacity bulkhead elicitation overbooking authorization authentication lifespan swagger "
        "beat flower ruff jaeger zipkin click fixture"
    ).parts
)
_TECHNICAL: Final = 2
# So few words beside a phrase leave no room to be about anything else.
_FEW: Final = 1
_LEAST_LETTERS: Final = 3
_DIGITS: Final = "0123456789"


@cache
def _values() -> dict[str, int]:
    found = dict.fromkeys(words(_LIKELY).parts, 1)
    found.update(dict.fromkeys((*words(_SURE).parts, *own_names()), _TECHNICAL))
    return {word: value for word, value in found.items() if word not in _HOMONYMS}


def about_software(texts: Sequence[Words], hits: Iterable[Sequence[Hit]], *, bare: bool = True) -> bool:
    """Whether a request with these phrases is about software, or, where that counts, says nothing beside them.

    Requests in other scripts, and phrases of other languages, pass: they are written for nothing else.
    """
    if not all("".join(text.parts).isascii() for text in texts):
        return True
    values = _values()
    evidence = 0
    beside: dict[str, str] = {}
    for text, found in zip(texts, hits, strict=True):
        taken: set[int] = set()
        for hit in found:
            kinds = {phrase.kind for phrase in hit.phrases if phrase.decisive}
            if Kind.ALIAS in kinds:
                return True
            if kinds and taken.isdisjoint(range(hit.start, hit.end)):
                taken.update(range(hit.start, hit.end))
                evidence += _worth(text, hit, values)
                if evidence >= _TECHNICAL:
                    return True
        beside.update((text.parts[at], each) for at, each in enumerate(text.surface) if at not in taken)
    evidence += sum(_value(word, values) for word in beside)
    if evidence >= _TECHNICAL or not bare:
        return evidence >= _TECHNICAL
    # "Here's" and "that's" are read as one word.
    small = (word for word in beside.values() if not {word, word.removesuffix("s")} & STOP_WORDS)
    return sum(len(word) >= _LEAST_LETTERS for word in small) <= _FEW


def grounded(texts: Sequence[Words], hits: Sequence[Sequence[Hit]]) -> Sequence[Sequence[Hit]]:
    """The phrases of a request; names that are everyday words count in passing where nothing else is of software."""
    if all(map(_HOMONYMS.isdisjoint, (text.parts for text in texts))):
        return hits
    for text, found in zip(texts, hits, strict=True):
        for hit in found:
            decisive = any(phrase.decisive for phrase in hit.phrases)
            if decisive and (hit.end - hit.start > 1 or text.parts[hit.start] not in _HOMONYMS):
                return hits
    if about_software(texts, hits):
        return hits
    return [[hit._replace(buried=True) for hit in found] for found in hits]


def _worth(text: Words, hit: Hit, values: Mapping[str, int]) -> int:
    """What a phrase says of software by itself: a name all, plain words as much as there are of software among them."""
    if hit.end - hit.start == 1:
        return 1 if text.parts[hit.start] in _HOMONYMS else _TECHNICAL
    return max(sum(part in _HOMONYMS or _value(part, values) for part in text.parts[hit.start : hit.end]), 1)


def _value(part: str, values: Mapping[str, int]) -> int:
    # `OAuth2` is read as `o` and `auth2`.
    return values.get(part) or values.get(part.rstrip(_DIGITS), 0)
