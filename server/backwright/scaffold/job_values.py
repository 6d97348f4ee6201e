"""A job context in memory: what the templates ask of it."""

from __future__ import annotations

import builtins
import keyword
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from backwright.errors import InvalidInputError
from backwright.scaffold.names import pascal
from backwright.scaffold.render import py

# How each type is read from a message, and with which of the readers of the generated module.
_READ = {
    "str": ("text", "_text({0})"),
    "int": ("whole", "_whole({0})"),
    "float": ("number", "_number({0})"),
    "bool": ("flag", "_flag({0})"),
    "uuid": ("text", "UUID(_text({0}))"),
    "date": ("text", "date.fromisoformat(_text({0}))"),
    "datetime": ("text", "datetime.fromisoformat(_text({0}))"),
    "decimal": ("text", "Decimal(_text({0}))"),
}
_ANNOTATIONS = {"uuid": "UUID", "decimal": "Decimal"}
_WIRE = {"uuid": "str({0})", "date": "{0}.isoformat()", "datetime": "{0}.isoformat()", "decimal": "str({0})"}
_SAMPLES = {
    "str": ('"one"', '"two"'),
    "int": ("7", "8"),
    "float": ("0.5", "1.5"),
    "bool": ("True", "False"),
    "uuid": ('UUID("00000000-0000-4000-8000-000000000007")', 'UUID("00000000-0000-4000-8000-000000000008")'),
    "date": ("date(2026, 11, 1)", "date(2026, 11, 2)"),
    "datetime": ("datetime(2026, 11, 1, tzinfo=UTC)", "datetime(2026, 11, 2, tzinfo=UTC)"),
    "decimal": ('Decimal("12.50")', 'Decimal("13.50")'),
}
_WRONG = {"str": "7", "int": '"seven"', "float": '"half"', "bool": '"yes"'}
_CHECKED = frozenset({"str", "datetime", "float", "decimal"})
# Modules that the generated ones stand beside, and names that they use.
_TAKEN = frozenset(["app", "broker", "dead_letters", "once", "queue", "settings", "worker"]).union(
    ["attempt", "claims", "cron", "enqueue", "func", "pause", "requeue_dead", "run", "tick", "work", "task", "celery"],
    ["dramatiq", "rq", "arq", "redis", "logging", "random", "asyncio", "datetime", "may_pass", "crontab", "claims_of"],
)
_DEVICES = frozenset(["con", "prn", "aux", "nul"])


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of the job."""

    name: str
    type: str
    required: bool = True

    @property
    def annotation(self) -> str:
        """As the class declares it."""
        plain = _ANNOTATIONS.get(self.type, self.type)
        return plain if self.required else f"{plain} | None = None"

    @property
    def wire(self) -> str:
        """As it goes into the message."""
        attribute = f"self.{self.name}"
        if self.type not in _WIRE:
            return attribute
        written = _WIRE[self.type].format(attribute)
        return written if self.required else f"None if {attribute} is None else {written}"

    @property
    def read(self) -> str:
        """As it comes out of the message."""
        return _READ[self.type][1].format(f"message[{py(self.name)}]")

    @property
    def sample(self) -> str:
        """A value, as source."""
        return _SAMPLES[self.type][0]

    @property
    def other(self) -> str:
        """Another value, as source."""
        return _SAMPLES[self.type][1]

    @property
    def wrong(self) -> str:
        """What a message cannot hold for it, as source."""
        return _WRONG.get(self.type, '"not-one"')


@dataclass(frozen=True, slots=True)
class Job:
    """What the templates know under the name `j`.

    Args:
        name: with hyphens.
        arguments: in order; of a job on a schedule the period first.
        key: the names of those that say which job it is.
        queue: where it waits; None for the default.
        retries: how often it is tried again.
        backoff: seconds before the first retry.
        backoff_max: the longest pause.
        time_limit: seconds of an attempt.
        failures: the exceptions that may pass, and those that are an answer.
        schedule: a line of cron.
        folder: of the modules.
        package: the same as it is imported.
        top: the first part of that, which names the app.
        tests: the folder of the tests.
    """

    name: str
    arguments: tuple[Argument, ...]
    key: tuple[str, ...]
    queue: str | None
    retries: int
    backoff: int
    backoff_max: int
    time_limit: int
    failures: tuple[tuple[str, ...], tuple[str, ...]]
    schedule: str | None
    folder: str
    package: str
    top: str
    tests: str

    @property
    def slug(self) -> str:
        """The module, and the function in it."""
        return self.name.replace("-", "_")

    @property
    def cls(self) -> str:
        """The class of what it is about."""
        return pascal(self.slug)

    @property
    def title(self) -> str:
        """How a sentence begins with it."""
        return self.name.replace("-", " ").capitalize()

    @property
    def retry_on(self) -> tuple[str, ...]:
        """What may pass."""
        return self.failures[0]

    @property
    def drop_on(self) -> tuple[str, ...]:
        """What is an answer."""
        return self.failures[1]

    @property
    def imports(self) -> list[str]:
        """The modules of the exceptions."""
        return sorted({name.rpartition(".")[0] for group in self.failures for name in group if "." in name})

    @property
    def checked(self) -> list[Argument]:
        """The arguments whose values have a limit."""
        return [each for each in self.arguments if each.type in _CHECKED]

    @property
    def key_values(self) -> list[str]:
        """The attributes that the key is made of."""
        return [f"self.{name}" for name in self.key]

    def reads(self, reader: str) -> bool:
        """Whether the module needs this reader."""
        return any(_READ[each.type][0] == reader for each in self.arguments)

    @property
    def sample(self) -> str:
        """A job, as source."""
        return f"{self.cls}({', '.join(f'{each.name}={each.sample}' for each in self.arguments)})"

    @property
    def needed(self) -> str:
        """A job with what it needs only, as source."""
        return f"{self.cls}({', '.join(f'{each.name}={each.sample}' for each in self.arguments if each.required)})"

    @property
    def others(self) -> list[str]:
        """Jobs that differ from the sample in one part of the key each, as source."""
        return [
            f"{self.cls}({', '.join(f'{a.name}={a.other if a.name == name else a.sample}' for a in self.arguments)})"
            for name in self.key
        ]

    @property
    def period_format(self) -> str:
        """The period of a tick: a day, an hour or a minute, by how often the schedule comes."""
        minute, hour = (self.schedule or "* *").split(" ")[:2]
        if minute.isdigit() and hour.isdigit():
            return "%Y-%m-%d"
        return "%Y-%m-%dT%H" if minute.isdigit() else "%Y-%m-%dT%H:%M"

    @property
    def crontab(self) -> str:
        """The arguments of Celery's `crontab`."""
        names = ("minute", "hour", "day_of_month", "month_of_year", "day_of_week")
        return ", ".join(f"{n}={py(p)}" for n, p in zip(names, (self.schedule or "").split(" "), strict=True))

    @property
    def arq_cron(self) -> str:
        """The arguments of arq's `cron`, which counts the days of a week from Monday."""
        limits = {"minute": (0, 59), "hour": (0, 23), "day": (1, 31), "month": (1, 12), "weekday": (0, 7)}
        made = []
        for (name, limit), part in zip(limits.items(), (self.schedule or "").split(" "), strict=True):
            numbers = _numbers(part, *limit)
            if name == "weekday":
                numbers = {(number - 1) % 7 for number in numbers}
            if part != "*":
                made.append(f"{name}={{{', '.join(str(number) for number in sorted(numbers))}}}")
        return ", ".join(made)


def _numbers(part: str, least: int, greatest: int) -> set[int]:
    """The numbers that a part of a line of cron means."""
    found: set[int] = set()
    for each in part.split(","):
        span, _, step = each.partition("/")
        first, dash, last = span.partition("-")
        start, end = (least, greatest) if span == "*" else (int(first), int(last) if dash else int(first))
        if step and not dash:
            end = greatest
        found.update(range(start, end + 1, int(step or 1)))
    return found


def read_job(values: Mapping[str, object], places: Mapping[str, str]) -> Job:
    """The job that the values describe.

    Args:
        values: a `JobContext` as JSON values, which its model has checked.
        places: the folder, the package, the first package and the tests.

    Raises:
        InvalidInputError: the name cannot be that of a module, a function and a class.
    """
    name = str(values.get("name"))
    slug = name.replace("-", "_")
    _check_name(name, slug)
    arguments = [Argument(str(a["name"]), str(a["type"]), a.get("required") is not False) for a in _maps(values)]
    key = [*_texts(values, "key")] or [each.name for each in arguments]
    schedule = values.get("schedule")
    if schedule:
        arguments.insert(0, Argument("period", "str"))
        key.insert(0, "period")
    if not arguments:
        raise InvalidInputError(
            f"the job {name} has no argument, so that it would act once and never again",
            hint="give it an argument that says which one it is, or a schedule",
        )
    return Job(
        name=name,
        arguments=tuple(arguments),
        key=tuple(key),
        queue=_text(values, "queue"),
        retries=_number(values, "retries", 5),
        backoff=_number(values, "backoff", 2),
        backoff_max=_number(values, "backoff_max", 600),
        time_limit=_number(values, "time_limit", 60),
        failures=(
            tuple(_texts(values, "retry_on")) or ("ConnectionError", "TimeoutError"),
            tuple(_texts(values, "drop_on")),
        ),
        schedule=_text(values, "schedule"),
        **places,
    )


def _check_name(name: str, slug: str) -> None:
    taken = keyword.iskeyword(slug) or hasattr(builtins, slug) or hasattr(builtins, pascal(slug))
    if taken or slug in _TAKEN or slug in _DEVICES or slug.startswith("test") or slug.endswith("_work"):
        raise InvalidInputError(
            f"a job {name!r} would hide something that Python, pytest or the generated code calls so",
            hint=f"say what it does to what: {name}-order",
        )


def _maps(values: Mapping[str, object]) -> list[Mapping[str, object]]:
    given = values.get("arguments")
    return [each for each in given if isinstance(each, Mapping)] if isinstance(given, Sequence) else []


def _texts(values: Mapping[str, object], member: str) -> list[str]:
    given = values.get(member)
    return [str(each) for each in given] if isinstance(given, Sequence) and not isinstance(given, str) else []


def _text(values: Mapping[str, object], member: str) -> str | None:
    given = values.get(member)
    return given if isinstance(given, str) else None


def _number(values: Mapping[str, object], member: str, default: int) -> int:
    given = values.get(member)
    return given if isinstance(given, int) else default
