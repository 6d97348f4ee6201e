"""The service."""

from flask import Flask, jsonify, request
from flask.typing import ResponseReturnValue
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from werkzeug.exceptions import HTTPException


class Base(DeclarativeBase):
    """The base of all tables."""


db = SQLAlchemy(model_class=Base)


class Coupon(Base):
    """What a customer gets off."""

    __tablename__ = "coupons"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40))
    percent: Mapped[int]


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

    @app.get("/v1/coupons/<int:coupon_id>")
    def get_coupon(coupon_id: int) -> ResponseReturnValue:
        coupon = db.session.get(Coupon, coupon_id)
        if coupon is None:
            return error(404, "NOT_FOUND", "there is no such coupon")
        return jsonify(shown(coupon))

    @app.post("/v1/coupons")
    def create_coupon() -> ResponseReturnValue:
        data = request.get_json()
        code = data.get("code")
        percent = data.get("percent")
        if not code or not percent or not 1 <= percent <= 100:
            return error(400, "INVALID", "code and percent are needed, percent from 1 to 100")
        if db.session.query(Coupon).filter_by(code=code).first():
            return error(409, "CONFLICT", "this code exists already")
        coupon = Coupon(code=code, percent=percent)
        db.session.add(coupon)
        db.session.commit()
        return jsonify(shown(coupon)), 201

    return app
