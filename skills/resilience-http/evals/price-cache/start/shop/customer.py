"""Whose request this is."""

from contextvars import ContextVar

customer: ContextVar[str] = ContextVar("customer")
