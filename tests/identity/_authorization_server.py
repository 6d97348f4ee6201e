"""An authorization server in a process of its own: Django OAuth Toolkit with the settings of a careful operator.

It prints where it is, knows one user, lets clients register themselves (RFC 7591), binds tokens to what they are for
(RFC 8707), and signs them: `python -m tests.identity._authorization_server [SECONDS]`. With `opaque` they are random
instead, and it is asked about them (RFC 7662). With `documents` nobody registers: a client is the address of a document
about itself, which is fetched from there (CIMD).
"""

from __future__ import annotations

import sys
from socketserver import ThreadingMixIn
from typing import Any, Final
from uuid import uuid4
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

USER: Final = ("ann", "correct horse battery")
RESOURCE_SERVER: Final = ("backwright", "a secret of the resource server")
SCOPES: Final = {
    name: name
    for name in (
        "skills:read",
        "review:run",
        "scaffold:render",
        "contexts:read",
        "contexts:write",
        "contexts:admin",
        "audit:read",
    )
}

_PAGE: Final = """<form method="post">{% csrf_token %}{{ form.as_p }}<button>Log in</button></form>"""


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_: object) -> None: ...


def signed(request: Any) -> str:
    """The access token of a request: oauthlib's, with what the toolkit knows of it."""
    from oauth2_provider.settings import oauth2_settings  # type: ignore[import-untyped]
    from oauthlib.common import generate_signed_token  # type: ignore[import-untyped]

    request.claims = {
        "iss": oauth2_settings.OIDC_ISS_ENDPOINT,
        "sub": request.user.get_username() if request.user else request.client_id,
        "client_id": request.client_id,
        "jti": str(uuid4()),
        # As it was sent; the toolkit checks it against what was granted before it answers.
        "aud": [request.resource] if isinstance(request.resource, str) else list(request.resource or ()),
        "scope": " ".join(request.scopes),
    }
    token: str = generate_signed_token(oauth2_settings.OIDC_RSA_PRIVATE_KEY, request)
    return token


def _key() -> str:
    made = rsa.generate_private_key(65_537, 2_048)
    form = serialization.PrivateFormat.TraditionalOpenSSL
    return made.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode()


def _configure(issuer: str, seconds: int, *, opaque: bool, documents: bool) -> None:
    import django
    from django.conf import settings

    apps = ("contenttypes", "auth", "sessions", "oauth2_provider")
    settings.configure(
        ALLOWED_HOSTS=["127.0.0.1"],
        AUTHENTICATION_BACKENDS=["django.contrib.auth.backends.ModelBackend"],
        # One connection is shared by the threads, and the database ends with the process.
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "file:as?mode=memory&cache=shared"}},
        DEFAULT_AUTO_FIELD="django.db.models.AutoField",
        INSTALLED_APPS=[app if app == "oauth2_provider" else f"django.contrib.{app}" for app in apps],
        LOGIN_URL="/login/",
        MIDDLEWARE=[
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
        ],
        MIGRATION_MODULES=dict.fromkeys(apps),
        OAUTH2_PROVIDER={
            "ACCESS_TOKEN_EXPIRE_SECONDS": seconds,
            "ACCESS_TOKEN_GENERATOR": None if opaque else "tests.identity._authorization_server.signed",
            "ALLOWED_REDIRECT_URI_SCHEMES": ["http"],
            "ALLOWED_SCHEMES": ["http"],
            **{
                f"COMPLIANT_BCP_RFC9700_{each}": True
                for each in (
                    "ACCESS_TOKEN_TRANSPORT",
                    "AUTHZ_RESPONSE_ISS",
                    "IMPLICIT_GRANT",
                    "PASSWORD_GRANT",
                    "PKCE_METHOD",
                )
            },
            "CIMD_ENABLED": documents,
            "DCR_ENABLED": not documents,
            "DCR_REGISTRATION_PERMISSION_CLASSES": ("oauth2_provider.dcr.AllowAllDCRPermission",),
            "DEFAULT_SCOPES": [],
            "OAUTH2_TOKEN_ENDPOINT_AUTH_METHODS_SUPPORTED": ["none", "client_secret_basic", "client_secret_post"],
            "OIDC_ENABLED": True,
            "OIDC_ISS_ENDPOINT": issuer,
            "OIDC_RSA_PRIVATE_KEY": _key(),
            "REFRESH_TOKEN_GENERATOR": "oauthlib.oauth2.rfc6749.tokens.random_token_generator",
            "REFRESH_TOKEN_REUSE_PROTECTION": True,
            "SCOPES": SCOPES,
        },
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        ROOT_URLCONF="tests.identity._authorization_urls",
        SECRET_KEY="only of this process",
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "OPTIONS": {
                    "loaders": [
                        ("django.template.loaders.locmem.Loader", {"registration/login.html": _PAGE}),
                        "django.template.loaders.app_directories.Loader",
                    ]
                },
            }
        ],
        USE_TZ=True,
    )
    django.setup()
    if documents:
        from oauth2_provider import cimd  # type: ignore[import-untyped]

        # The toolkit asks public addresses alone, and there is none here; everything else of its fetch stays as it is.
        cimd._ip_is_public = "127.0.0.1".__eq__


def _fill() -> Any:
    """The tables, the user and this resource server; the connection must stay open for them to stay."""
    from django.contrib.auth.models import User
    from django.core.management import call_command
    from django.db import connection
    from oauth2_provider.models import Application  # type: ignore[import-untyped]

    connection.ensure_connection()
    call_command("migrate", run_syncdb=True, verbosity=0)
    User.objects.create_user(USER[0], password=USER[1])
    Application.objects.create(
        client_id=RESOURCE_SERVER[0],
        client_secret=RESOURCE_SERVER[1],
        client_type=Application.CLIENT_CONFIDENTIAL,
        authorization_grant_type=Application.GRANT_CLIENT_CREDENTIALS,
    )
    return connection


def main(arguments: list[str]) -> None:
    """Serve until it is told to end."""
    with _Server(("127.0.0.1", 0), _Quiet) as server:
        issuer = f"http://127.0.0.1:{server.server_port}"
        seconds = next((int(each) for each in arguments if each.isdigit()), 300)
        _configure(issuer, seconds, opaque="opaque" in arguments, documents="documents" in arguments)
        from django.core.wsgi import get_wsgi_application

        application = get_wsgi_application()
        kept = _fill()
        server.set_app(application)
        sys.stdout.write(f"{issuer}\n")
        sys.stdout.flush()
        server.serve_forever()
        kept.close()


if __name__ == "__main__":
    main(sys.argv[1:])
