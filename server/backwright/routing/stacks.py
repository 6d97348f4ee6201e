"""Words that name another technology than the pack's, and words that name the pack's own.

A skill about Python work has nothing to say to "fix the N+1 query in my Rails model", whatever phrases of its own it
finds there. The lists are of names, not of anybody's prompts: languages, their package managers and test runners, and
the frameworks that are meant by their name alone. A name that is a plain word too (go, swift, express, react, spring)
stands here only in the form that is none.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Final, NamedTuple

from backwright.routing.text import Words, words

_OTHERS: Final = {
    "C#": "c#, csharp, asp.net, aspnet, blazor, nuget, entity framework, ef core, xunit, nunit, maui, wpf, linq",
    ".NET": ".net, dotnet",
    "F#": "f#",
    "C++": "c++, cmake, clang, boost asio",
    "Java": "java, spring boot, spring mvc, spring webflux, spring batch, spring bean, spring controller, springboot, "
    "spring security, spring data, hibernate, jpa, junit, mockito, maven, "
    "gradle, quarkus, micronaut, tomcat, jvm, jdbc, jakarta",
    "Kotlin": "kotlin, ktor, jetpack compose",
    "Scala": "scala, akka, sbt",
    "Go": "golang, goroutine, goroutines, go module, go modules, go channel, go channels, go test, go struct, in "
    "go, gin gonic, gorm, go context, go http, go server, go service, go handler, go interface, go generics, "
    "go program, go code, go worker, go pool, go client, go cli, go error, go errors, go backend, go "
    "function, go slice, go map, go pointer, go middleware, go library, go package, go microservice, go "
    "concurrency, go project, go mod, go vet, go web, go api",
    "Rust": "rust, cargo, tokio, actix, axum, serde, rustc, cannot borrow, borrow checker",
    "Ruby": "ruby, rails, activerecord, sidekiq, rspec, rubocop, bundler gemfile",
    "PHP": "php, laravel, symfony, wordpress, drupal, magento, eloquent, phpunit, artisan",
    "JavaScript": "javascript, node.js, nodejs, express.js, expressjs, express middleware, express app, nestjs, "
    "nest.js, next.js, nextjs, nuxt, remix app, react component, react components, react native, react hook, "
    "react hooks, reactjs, react app, vue, vue.js, vuejs, angular, svelte, sveltekit, jquery, webpack, vite, eslint, "
    "prettier, jest, vitest, mocha, cypress, prisma, sequelize, mongoose, typeorm, drizzle, zod, tailwind, npm, pnpm, "
    "react form, react state, react query, react router, react testing, express route, express router, express server, "
    "express api, storybook, redux, zustand, pinia, vuex, rxjs, axios, fastify, ember.js, backbone.js, three.js",
    "TypeScript": "typescript, tsconfig, deno",
    "CSS": "css, sass, flexbox",
    "Swift": "swiftui, xcode, swift actor, swift package, in swift, ios app, uikit, urlsession, "
    "swift async, swift task, swift codable, swift struct, swift concurrency, cocoapods, swiftdata",
    "Dart": "flutter, dart",
    "Android": "android",
    "Elixir": "elixir, phoenix liveview, ecto, erlang",
    "Clojure": "clojure",
    "Haskell": "haskell",
    "Perl": "perl",
    "R": "ggplot, ggplot2, tidyverse, dplyr, rstudio",
    "MATLAB": "matlab, simulink",
    "Unity": "unity, unreal, godot",
    "Terraform": "terraform, pulumi, bicep",
    "Ansible": "ansible, puppet manifest, chef cookbook, saltstack",
    "VMware": "vmware, vsphere, hyper v",
    "PowerShell": "powershell, vba",
    "Excel": "excel, power bi, google sheets",
    "Salesforce": "salesforce, apex class",
}

# No plain words here either: a request is spoken of in every stack, so the library `requests` tells nothing.
_OWN: Final = (
    "python, python3, pythonic, cpython, pypi, pip, uv, uvx, uvicorn, gunicorn, hypercorn, fastapi, starlette, flask, "
    "jinja, jinja2, werkzeug, django, drf, pydantic, sqlalchemy, sqlmodel, alembic, asyncpg, psycopg, "
    "psycopg2, asyncio, anyio, taskgroup, aiohttp, httpx, celery, dramatiq, arq, rq, structlog, loguru, pytest, "
    "conftest, unittest, mypy, pyright, ruff, isort, flake8, pylint, poetry, setuptools, pyproject, "
    "virtualenv, venv, conda, dataclass, dataclasses, pandas, numpy, fastmcp, tenacity, gevent"
)

Name = tuple[str, ...]


@cache
def _others() -> dict[str, list[tuple[Name, str]]]:
    """The names of other stacks, by their first token."""
    found: dict[str, list[tuple[Name, str]]] = {}
    for stack, names in _OTHERS.items():
        for name in names.split(", "):
            for tokens in {words(name).parts, words(name).wholes}:
                found.setdefault(tokens[0], []).append((tokens, stack))
    return found


@cache
def own_names() -> frozenset[str]:
    """The names of the pack's own technologies, stemmed."""
    return frozenset(whole for name in _OWN.split(", ") for whole in words(name).wholes)


class Stack(NamedTuple):
    """A technology that a request names: what it is called, and the words that it was named by."""

    name: str
    words: Name


def foreign_stack(texts: Iterable[Words]) -> Stack | None:
    """The other technology that a request names, if it names none of the pack's; otherwise None."""
    own, named = own_names(), None
    for text in texts:
        if not own.isdisjoint(text.wholes) or not own.isdisjoint(text.parts):
            return None
        named = named or _named(text.wholes) or (_named(text.parts) if len(text.wholes) < len(text.parts) else None)
    return named


def _named(tokens: Name) -> Stack | None:
    others = _others()
    return next(
        (
            Stack(stack, name)
            for at, token in enumerate(tokens)
            for name, stack in others.get(token, ())
            if tokens[at : at + len(name)] == name
        ),
        None,
    )
