"""What every write runs, built once for a dialect: to build a statement anew takes as long as to run it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Executable, Select, and_, bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite

from backwright.contexts.stores._tables import ACTOR, AUDIT, CHAIN, CONTEXT, GRANT, IDEMPOTENCY, KEPT, OUTBOX, VERSION


@dataclass(frozen=True, slots=True)
class Statements:
    """The statements. Their parameters are the columns; what a condition compares with is called `at_` and the column,
    but for `expected`, a version, and `now`, a time.
    """

    context: Select[Any]
    locked_context: Select[Any]
    new_context: Executable
    next_context: Executable
    version: Executable
    claim: Executable
    answer: Select[Any]
    start_chain: Executable
    chain: Select[Any]
    locked_chain: Select[Any]
    last_link: Select[Any]
    link: Executable
    end_chain: Executable
    actor: Select[Any]
    event: Executable
    grants: Select[Any]
    kept: Select[Any]
    new_kept: Executable
    next_kept: Executable


@cache
def statements(dialect: str) -> Statements:
    """The statements of a dialect."""
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    here = and_(CONTEXT.c.namespace == bindparam("at_namespace"), CONTEXT.c.name == bindparam("at_name"))
    context = select(CONTEXT).where(here)
    chain = select(CHAIN).where(CHAIN.c.namespace == bindparam("at_namespace"))
    one = and_(KEPT.c.kind == bindparam("at_kind"), KEPT.c.name == bindparam("at_name"))
    claim, own, end = insert(IDEMPOTENCY), IDEMPOTENCY.c, insert(CHAIN)
    return Statements(
        context=context,
        locked_context=context.with_for_update(),
        new_context=insert(CONTEXT).on_conflict_do_nothing(),
        next_context=update(CONTEXT).where(here, CONTEXT.c.version == bindparam("expected")),
        version=VERSION.insert(),
        # An expired key is taken over by whoever comes first, in the one statement that also waits for others.
        claim=claim.on_conflict_do_update(
            index_elements=["subject", "namespace", "key"],
            set_={column.name: claim.excluded[column.name] for column in IDEMPOTENCY.columns},
            where=own.expires_at <= bindparam("now"),
        ),
        answer=select(IDEMPOTENCY).where(
            own.subject == bindparam("at_subject"),
            own.namespace == bindparam("at_namespace"),
            own.key == bindparam("at_key"),
            own.expires_at > bindparam("now"),
        ),
        start_chain=insert(CHAIN).on_conflict_do_nothing(),
        chain=chain,
        locked_chain=chain.with_for_update(),
        last_link=select(AUDIT).where(
            AUDIT.c.namespace == bindparam("at_namespace"), AUDIT.c.seq == bindparam("at_seq")
        ),
        link=AUDIT.insert(),
        end_chain=end.on_conflict_do_update(index_elements=["namespace"], set_={"seq": end.excluded.seq}),
        actor=select(ACTOR.c.pseudonym).where(ACTOR.c.subject == bindparam("at_subject")),
        event=OUTBOX.insert(),
        grants=select(GRANT)
        .where(GRANT.c.subject == bindparam("at_subject"))
        .order_by(GRANT.c.namespace, GRANT.c.role),
        kept=select(KEPT).where(one),
        new_kept=insert(KEPT).on_conflict_do_nothing(),
        next_kept=update(KEPT).where(one, KEPT.c.stamp == bindparam("expected")),
    )
