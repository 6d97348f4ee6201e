"""Who may call a resource of Django REST framework, by what the project has for that."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from backwright.errors import UnsupportedProjectError
from backwright.scaffold.django_project import DjangoFacts
from backwright.scaffold.features import Auth
from backwright.scaffold.project import Symbol

_PERMISSION = re.compile(r"[a-z_][a-z0-9_]*\.[a-z_][a-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Access:
    """How a view asks who calls.

    Args:
        kind: `token` by the template's own bearer tokens, `oauth` by django-oauth-toolkit, `permissions` by those of
            Django, `signed` by whether the caller signed in, `host` by what the settings say for every view.
        authenticates: whether the view names django-oauth-toolkit's authentication, which the settings do not.
        mixin: the class that the project's views inherit authentication from.
        notes: what the caller must know.
    """

    kind: Literal["token", "oauth", "permissions", "signed", "host"]
    authenticates: bool = False
    mixin: Symbol | None = None
    notes: tuple[str, ...] = ()


def access_of(auth: Auth | None, found: DjangoFacts, *, guarded: bool) -> Access | None:
    """What a view in this project needs; None where it needs nothing.

    Raises:
        UnsupportedProjectError: nothing in the project would enforce the scopes.
    """
    if auth is None:
        return None
    if auth.scopes and "oauth2_provider" in found.installed_all:
        note = f"OAUTH2_PROVIDER['SCOPES'] has to know {', '.join(auth.scopes)}, or nobody can ask for them"
        return Access("oauth", authenticates="OAuth2Authentication" not in _named(found), notes=(note,))
    if auth.scopes:
        check_permissions(auth)
        return Access("permissions", mixin=_mixin(found), notes=(permission_note(auth),))
    if guarded:
        return Access("host")
    return Access("signed", mixin=_mixin(found))


def check_permissions(auth: Auth, how: str = "the project has no django-oauth-toolkit") -> None:
    """Refuse scopes that are no permissions of Django.

    Raises:
        UnsupportedProjectError: one is none.
    """
    odd = [scope for scope in auth.scopes if not _PERMISSION.fullmatch(scope)]
    if odd:
        raise UnsupportedProjectError(
            f"{how}, so {', '.join(odd)} would not be enforced",
            hint="give permissions of Django, such as invoices.view_invoice, or leave read and write out of auth: "
            "then signing in is enough",
        )


def permission_note(auth: Auth) -> str:
    """What has to be done before anyone has the permissions."""
    return f"callers need the permissions {', '.join(auth.scopes)}; Django makes view, add, change and delete by itself"


def _named(found: DjangoFacts) -> str:
    return str(found.rest.get("DEFAULT_AUTHENTICATION_CLASSES", ""))


def _mixin(found: DjangoFacts) -> Symbol | None:
    return found.mixins[0] if len(found.mixins) == 1 else None
