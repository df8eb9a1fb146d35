"""Twenty jobs asked for at once, and fifty workers killed with -9 while they are under way: none lost, none twice.

``.venv/bin/python -m benchmarks.kills`` takes some minutes, and prints what it found; what is amiss raises.
"""

from __future__ import annotations

import tempfile
from contextlib import closing
from pathlib import Path

from tests.engine.home import Home, kill_again_and_again, open_stand_in
from tests.films import scene, still, write_film

JOBS = 20
KILLS = 50


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        film, data = Path(folder) / "film.mp4", Path(folder) / "home"
        data.mkdir()
        write_film(film, still(scene(1), 7.0))
        with open_stand_in(film, 0.2, 0.6) as service, closing(Home(data, service)) as home:
            kill_again_and_again(home, JOBS, KILLS)
    print(f"{KILLS} kills, each while jobs were under way: {JOBS} pictures of {JOBS} jobs, none twice")


if __name__ == "__main__":
    main()
