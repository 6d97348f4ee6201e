"""Programs that are on the path; one that lies in the folder of a project is none of them."""

from __future__ import annotations

import os
import shutil
from pathlib import Path


def on_path(name: str, path: str | None = None) -> str | None:
    """The program of that name in the folders of the path; None where there is none.

    Windows looks into the current folder first, and a path may hold `.`: what lies there came with whatever repository
    somebody works in, so it is not found, and hides what the path has behind it.

    Args:
        name: the name alone.
        path: the folders, as `PATH` has them; those of this process by default.
    """
    folders = (os.environ.get("PATH", os.defpath) if path is None else path).split(os.pathsep)
    found = shutil.which(name, path=os.pathsep.join(folder for folder in folders if Path(folder).is_absolute()))
    return found if found is not None and Path(found).is_absolute() else None
