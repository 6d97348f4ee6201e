from __future__ import annotations

import pytest

from backwright.contexts.jobs import parse_job
from backwright.contexts.schemas.job_v1 import JobContextV1
from backwright.errors import InvalidInputError


def test_a_line_is_a_job() -> None:
    options = {"retries": "3", "queue": "payments", "retry_on": "ConnectionError, httpx.ReadTimeout", "schedule": None}
    given = parse_job(["capture-payment", "order_id:int,key", "note:str?"], options)
    assert given == {
        "name": "capture-payment",
        "arguments": [
            {"name": "order_id", "type": "int", "required": True},
            {"name": "note", "type": "str", "required": False},
        ],
        "key": ["order_id"],
        "retries": 3,
        "queue": "payments",
        "retry_on": ["ConnectionError", "httpx.ReadTimeout"],
    }
    assert JobContextV1.model_validate(given).key == ("order_id",)


@pytest.mark.parametrize(
    ("words", "options", "said"),
    [
        ([], {}, "has no name"),
        (["send", "order_id"], {}, "'order_id' is not NAME:TYPE"),
        (["send", ":int"], {}, "is not NAME:TYPE"),
        (["send", "a:int,unique"], {}, "is not NAME:TYPE"),
        (["send", "a:int,key,key"], {}, "is not NAME:TYPE"),
        (["send", "a:int"], {"retries": "many"}, "retries is 'many'"),
        (["send", "a:int"], {"eval": "1"}, "a job has no 'eval'"),
        (["send", "\u202e:"], {}, r"\\u202e"),
    ],
)
def test_another_form_is_refused_with_an_example(words: list[str], options: dict[str, object], said: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        parse_job(words, options)
    assert said in refused.value.message
    assert refused.value.hint
