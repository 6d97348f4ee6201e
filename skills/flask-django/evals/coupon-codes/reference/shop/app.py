"""The service."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

from flask import Flask, jsonify, request
from flask.typing import ResponseReturnValue
from flask_sqlalchemy import SQLAlchemy
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy import String
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from werkzeug.exceptions import HTTPException


class Base(DeclarativeBase):
    """The base of all tables."""


db = SQLAlchemy(model_class=Base)


class Coupon(Base):
    """What a customer gets off."""

    __tablename__ = "coupons"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    percent: Mapped[int]


class CouponCreate(BaseModel):
    """What a caller may set."""

    model_config = ConfigDict(extra="forbid")

    code: Annotated[str, Field(min_length=1, max_length=40)]
    percent: Annotated[int, Field(ge=1, le=100)]


@contextmanager
def transaction() -> Iterator[Session]:
    """The session of this request: committed when the block ends well, and rolled back otherwise."""
    session = db.session()
    try:
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        raise


def error(status: int, code: str, message: str) -> ResponseReturnValue:
    """An error, in the form that all of them have."""
    return jsonify(error={"code": code, "message": message}), status


def shown(coupon: Coupon) -> dict[str, str | int]:
    """What callers see of a coupon."""
    return {"id": coupon.id, "code": coupon.code, "percent": coupon.percent}


def create_app(uri: str) -> Flask:
    """The service over a database."""
    app = Flask(__name__)
    app.config["SQLALCHEMY_DATABASE_URI"] = uri
    db.init_app(app)

    @app.errorhandler(HTTPException)
    def on_http_error(failed: HTTPException) -> ResponseReturnValue:
        return error(failed.code or 500, "HTTP_ERROR", failed.description or failed.name)

    @app.errorhandler(ValidationError)
    def on_invalid(_: ValidationError) -> ResponseReturnValue:
        return error(422, "VALIDATION_ERROR", "the request does not have the form that is asked for")

    @app.get("/v1/coupons/<int:coupon_id>")
    def get_coupon(coupon_id: int) -> ResponseReturnValue:
        coupon = db.session.get(Coupon, coupon_id)
        if coupon is None:
            return error(404, "NOT_FOUND", "there is no such coupon")
        return jsonify(shown(coupon))

    @app.post("/v1/coupons")
    def create_coupon() -> ResponseReturnValue:
        request.get_json()
        body = CouponCreate.model_validate_json(request.get_data(cache=True))
        try:
            with transaction() as session:
                coupon = Coupon(code=body.code, percent=body.percent)
                session.add(coupon)
                session.flush()
                made = shown(coupon)
        except IntegrityError:
            return error(409, "CONFLICT", "another coupon has this code")
        return jsonify(made), 201

    return app
