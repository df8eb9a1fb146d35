"""A server that cannot start says why in one sentence, however it is started."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from posterframe.owning import own
from posterframe.settings import Role
from tests.browser.conftest import free_port

ROOT = Path(__file__).parents[2]


def test_a_second_server_on_a_data_folder_says_so_without_a_traceback(tmp_path: Path) -> None:
    with own(tmp_path, Role.ALL):
        command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(free_port())]
        environment = {**os.environ, "POSTERFRAME_HOME": str(tmp_path)}
        ended = subprocess.run(
            command, check=False, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=90
        )
    assert ended.returncode == 2
    assert "Posterframe is already running on the data folder" in ended.stderr
    assert "Traceback" not in ended.stderr + ended.stdout
