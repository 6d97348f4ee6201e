"""The service."""

from http import HTTPStatus
from typing import Protocol

from flask import Flask, Response, abort, jsonify, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException, InternalServerError


class Store(Protocol):
    """The orders of the shop."""

    def get(self, number: str) -> dict[str, str] | None:
        """An order, or None."""
        ...

    def add(self, number: str) -> None:
        """Keep an order."""
        ...


def on_http_error(failed: HTTPException) -> Response:
    """The answer that werkzeug has for an error, headers and all, with a body in our form; Flask logs defects before."""
    answer = Response.force_type(failed.get_response())
    shows = failed.description if not isinstance(failed, InternalServerError) else None
    code = HTTPStatus(answer.status_code).name
    answer.set_data(jsonify(error={"code": code, "message": shows or failed.name}).get_data())
    answer.mimetype = "application/json"
    return answer


def create_app(store: Store) -> Flask:
    """The service over a store."""
    app = Flask(__name__)
    app.register_error_handler(HTTPException, on_http_error)

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
