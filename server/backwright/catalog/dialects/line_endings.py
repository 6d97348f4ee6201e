"""Line ends of Windows and of old Macs."""

from __future__ import annotations

from dataclasses import replace

from backwright.catalog.dialects._draft import Draft, Repair, Stage

CODE = "LINE_ENDINGS"


def _mend(draft: Draft) -> Draft:
    at = draft.text.find("\r")
    if at < 0:
        return draft
    line = draft.text.count("\n", 0, at) + 1
    kind = "CR LF" if draft.text[at : at + 2] == "\r\n" else "CR"
    told = draft.told(CODE, line, f"line ends {kind} became LF", "save the file with line ends LF")
    return replace(told, text=draft.text.replace("\r\n", "\n").replace("\r", "\n"))


REPAIR = Repair(CODE, Stage.TEXT, _mend)
