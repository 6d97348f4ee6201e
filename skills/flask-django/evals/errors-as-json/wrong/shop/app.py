"""The service."""

from typing import Protocol

from flask import Flask, abort, jsonify, request
from flask.typing import ResponseReturnValue


class Store(Protocol):
    """The orders of the shop."""

    def get(self, number: str) -> dict[str, str] | None:
        """An order, or None."""
        ...

    def add(self, number: str) -> None:
        """Keep an order."""
        ...


def create_app(store: Store) -> Flask:
    """The service over a store."""
    app = Flask(__name__)

    @app.errorhandler(Exception)
    def on_error(error: Exception) -> ResponseReturnValue:
        status = getattr(error, "code", 500)
        return jsonify(error={"code": str(status), "message": str(error)}), status

    @app.get("/v1/orders/<number>")
    def get_order(number: str) -> ResponseReturnValue:
        order = store.get(number)
        if order is None:
            abort(404, "there is no such order")
        return jsonify(order)

    @app.post("/v1/orders")
    def create_order() -> ResponseReturnValue:
        body = request.get_json()
        if not isinstance(body, dict) or not isinstance(body.get("number"), str):
            abort(422, "number is missing")
        store.add(body["number"])
        return jsonify(number=body["number"]), 201

    return app
