"""A foreign key as the templates write it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Reference:
    """What a field with a foreign key refers to.

    Args:
        relation: what the relation is called, `customer`.
        cls: the class of the other model.
        table: its table.
        key: the column that is its primary key.
        attribute: the attribute of that column in the class.
        on_delete: `restrict`, `cascade` or `set_null`.
        shift: how many relations come before; the examples differ by it.
        own: whether the other one is the resource itself; its examples refer to nothing, as the first of a tree does.
    """

    relation: str
    cls: str
    table: str
    key: str
    attribute: str
    on_delete: str
    shift: int = 0
    own: bool = False

    @property
    def ondelete(self) -> str:
        """The same in SQL."""
        return self.on_delete.replace("_", " ").upper()
