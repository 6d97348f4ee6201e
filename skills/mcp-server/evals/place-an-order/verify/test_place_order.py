"""An agent that orders, repeats itself, and asks for too much; it fills in what the schema of the tool wants."""

import asyncio
import json
from typing import Any

from mcp import Client
from mcp_types import CallToolResult, ElicitRequestParams, ElicitResult
from shop.orders import Orders
from shop.server import build_server

SECRET = "postgresql://shop:hunter2@db/shop"
KEYS = ("6f9e0f6c-0a1b-4f7e-9d55-0a4d3f1f2c01", "6f9e0f6c-0a1b-4f7e-9d55-0a4d3f1f2c02")


class BrokenStock(dict[str, int]):
    def get(self, *_: object) -> int:
        raise RuntimeError(f"cannot connect to {SECRET}")

    __getitem__ = __contains__ = get


async def agree(context: object, params: ElicitRequestParams) -> ElicitResult:
    """The user agrees to whatever is asked."""
    schema = getattr(params, "requested_schema", {"properties": {}})
    yes = {name: True for name, each in schema["properties"].items() if each.get("type") == "boolean"}
    return ElicitResult(action="accept", content=yes)


def said(answer: CallToolResult) -> str:
    texts = [getattr(content, "text", "") for content in answer.content]
    return "\n".join([*texts, json.dumps(answer.structured_content)])


def call(orders: Orders, *asked: tuple[int, str], at_once: bool = False) -> list[CallToolResult]:
    """The answers to some calls, each with its quantity and the key of what the agent means to do."""

    async def scene() -> list[CallToolResult]:
        async with Client(build_server(orders), elicitation_callback=agree) as client:
            (tool,) = [tool for tool in (await client.list_tools()).tools if tool.name == "place_order"]
            wanted = tool.input_schema["properties"].items()
            others = {name: schema for name, schema in wanted if name not in ("sku", "quantity")}

            def arguments(quantity: int, key: str) -> dict[str, Any]:
                filled = {name: key for name, schema in others.items() if "'string'" in str(schema)}
                agreed = {name: True for name, schema in others.items() if "'boolean'" in str(schema)}
                return {"sku": "b-1", "quantity": quantity, **filled, **agreed}

            calls = [client.call_tool("place_order", arguments(*each)) for each in asked]
            if at_once:
                return list(await asyncio.gather(*calls))
            return [await each for each in calls]

    return asyncio.run(scene())


def test_an_order_is_placed_and_told_as_data() -> None:
    orders = Orders({"b-1": 7})
    (answer,) = call(orders, (2, KEYS[0]))
    assert not answer.is_error, said(answer)
    assert [(order.sku, order.quantity) for order in orders.placed] == [("b-1", 2)]
    assert answer.structured_content, "the answer is no data"


def test_two_orders_are_two() -> None:
    orders = Orders({"b-1": 7})
    call(orders, (2, KEYS[0]), (2, KEYS[1]))
    assert len(orders.placed) == 2, "the second order is lost"


def test_an_order_that_is_sent_twice_is_placed_once() -> None:
    orders = Orders({"b-1": 7})
    first, again = call(orders, (2, KEYS[0]), (2, KEYS[0]))
    assert len(orders.placed) == 1, "a call that is repeated orders again"
    assert again.structured_content == first.structured_content, "the second answer is another one"


def test_an_order_that_is_sent_twice_at_once_is_placed_once() -> None:
    orders = Orders({"b-1": 7})
    call(orders, (2, KEYS[0]), (2, KEYS[0]), at_once=True)
    assert len(orders.placed) == 1, "two calls at once order twice"


def test_too_few_on_hand_is_an_error_that_says_how_many() -> None:
    orders = Orders({"b-1": 7})
    (answer,) = call(orders, (8, KEYS[0]))
    assert answer.is_error, "the agent is told of a success"
    assert "7" in said(answer), "the model does not read how many there are"


def test_a_refused_order_can_be_corrected() -> None:
    orders = Orders({"b-1": 7})
    call(orders, (8, KEYS[0]), (7, KEYS[1]))
    assert [order.quantity for order in orders.placed] == [7]


def test_nothing_and_less_cannot_be_ordered() -> None:
    orders = Orders({"b-1": 7})
    for answer in call(orders, (0, KEYS[0]), (-3, KEYS[1])):
        assert answer.is_error, "the agent is told of a success"
    assert orders.placed == [], "orders of nothing are placed"


def test_a_defect_shows_nothing_of_itself() -> None:
    (answer,) = call(Orders(BrokenStock()), (2, KEYS[0]))
    assert answer.is_error, "the agent is told of a success"
    assert "hunter2" not in said(answer), "the exception is shown"
