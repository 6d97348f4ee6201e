from __future__ import annotations

import io
import json
import logging
import os
import subprocess
import sys

from hypothesis import given
from hypothesis import strategies as st

from backwright.observing.logs import MAX_LINE, JsonLog
from backwright.observing.requests import Seen
from tests.mcp_api.test_observed import taken_over


def logged(logger: str, message: str, *values: object) -> dict[str, object]:
    lines: list[bytes] = []
    log = JsonLog(lines.append)
    with taken_over(log):
        logging.getLogger(logger).warning(message, *values)
    (line,) = lines
    loaded = json.loads(line)
    assert isinstance(loaded, dict)
    return loaded


def test_a_line_of_ours_says_what_it_says() -> None:
    line = logged("backwright.catalog", "%s is left out", "one")
    assert (line["event"], line["level"], line["logger"]) == ("one is left out", "warning", "backwright.catalog")
    assert str(line["where"]).startswith("test_logs.py:")


def test_of_another_librarys_line_its_values_are_left_out() -> None:
    assert logged("mcp.server", "dropped %r", "secret")["event"] == "dropped %r"


def test_of_another_librarys_line_without_a_template_nothing_is_kept() -> None:
    assert logged("uvicorn.error", "dropped secret")["event"] == "a library's message"


@given(text=st.text(max_size=200))
def test_whatever_is_logged_is_one_line_of_plain_ascii(text: str) -> None:
    lines: list[bytes] = []
    JsonLog(lines.append).say(text)
    (line,) = lines
    assert all(32 <= byte < 127 for byte in line[:-1])
    assert line[-1:] == b"\n"
    assert json.loads(line)["event"] == text


def test_the_longest_line_goes_into_a_pipe_in_one_piece() -> None:
    lines: list[bytes] = []
    log = JsonLog(lines.append)

    def deep(left: int) -> None:
        if left:
            deep(left - 1)
        raise ValueError("x" * 10_000)

    with taken_over(log):
        try:
            deep(200)
        except ValueError:
            logging.getLogger("backwright.x").exception("\U0001f600" * 10_000)
    assert len(lines[0]) <= MAX_LINE


def test_a_request_that_ended_well_has_no_code() -> None:
    lines: list[bytes] = []
    JsonLog(lines.append).request(Seen("http", method="GET /health"))
    line = json.loads(lines[0])
    assert "code" not in line
    assert line["outcome"] == "ok"


FLOOD = (
    "import sys\n"
    "from backwright.observing.logs import JsonLog, Stderr\n"
    "log = JsonLog(Stderr())\n"
    "for number in range(20_000):\n"
    "    log.say(f'line {number}')\n"
    "sys.stdout.write('done\\n')\n"
    "sys.stdout.flush()\n"
    "sys.stdin.readline()\n"
    "log.say('after')\n"
)


def test_a_reader_that_has_stopped_to_read_costs_lines_and_no_answer() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", FLOOD], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        # It gets to its end although nobody has read a line.
        assert process.stdout.readline() == "done\n"
        taken = os.read(process.stderr.fileno(), 1 << 20).decode()
        process.stdin.write("\n")
        process.stdin.flush()
        rest = taken + process.stderr.read()
    lines = [json.loads(line) for line in io.StringIO(rest)]
    lost = [line["lost"] for line in lines if line["event"] == "lines lost"]
    assert sum(lost) + len(lines) - len(lost) == 20_001
    assert lines[-1]["event"] == "after"
