"""The service."""

from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

Name = Annotated[str, Field(min_length=1, max_length=100)]
Email = Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+$", max_length=200)]
Note = Annotated[str, Field(max_length=2_000)]


class NotFoundError(Exception):
    """There is no such object."""


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer as stored."""

    id: int
    name: str
    email: str
    note: str | None = None
    credit_limit: int = 0


class Customers:
    """The table of customers."""

    def __init__(self, *rows: Customer) -> None:
        self.rows = {row.id: row for row in rows}

    def get(self, customer_id: int) -> Customer:
        """A customer by id; raises NotFoundError."""
        if customer_id not in self.rows:
            raise NotFoundError(f"there is no customer {customer_id}")
        return self.rows[customer_id]

    def change(self, customer_id: int, **changed: str | None) -> Customer:
        """Put these values into a row; raises NotFoundError."""
        self.rows[customer_id] = replace(self.get(customer_id), **changed)  # type: ignore[arg-type]  # columns by name
        return self.rows[customer_id]


class CustomerRead(BaseModel):
    """What a caller sees of a customer."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    name: str
    email: str
    note: str | None


class CustomerUpdate(BaseModel):
    """What a caller may change."""

    name: Name | None = None
    email: Email | None = None
    note: Note | None = None


def create_app(customers: Customers) -> FastAPI:
    """The service over the table."""
    app = FastAPI()

    @app.exception_handler(NotFoundError)
    def not_found(request: Request, error: NotFoundError) -> JSONResponse:
        """Every failure has this envelope."""
        body = {"code": "NOT_FOUND", "message": "there is no such object", "details": {}}
        return JSONResponse({"error": body}, status_code=404)

    @app.get("/v1/customers/{customer_id}")
    def get_customer(customer_id: int) -> CustomerRead:
        """One customer."""
        return CustomerRead.model_validate(customers.get(customer_id))

    @app.patch("/v1/customers/{customer_id}")
    def change_customer(customer_id: int, body: CustomerUpdate) -> CustomerRead:
        """Change the fields that are sent."""
        changed = customers.change(customer_id, **body.model_dump(exclude_none=True))
        return CustomerRead.model_validate(changed)

    return app
