"""Takes the weights of posterframe/expressions.py out of the package of face-api.js.

    npm pack @vladmandic/face-api@1.7.15 && tar xzf vladmandic-face-api-1.7.15.tgz
    python -m benchmarks.import_expressions package

They stay as they are stored there: most are bytes, with the step and the least value of each array.
"""

from __future__ import annotations

import argparse
import json
import math
import shutil
from pathlib import Path
from typing import Any

import numpy as np

TARGET = Path(__file__).parents[1] / "posterframe/expressions.npz"
NETWORKS = {"landmarks": "face_landmark_68_model", "expressions": "face_expression_model"}


def main() -> None:
    """Write the weights and the licence beside them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("package", type=Path)
    package = parser.parse_args().package
    arrays: dict[str, Any] = {}
    scales = []
    for network, file in NETWORKS.items():
        listed = json.loads((package / f"model/{file}-weights_manifest.json").read_text())[0]["weights"]
        stored = (package / f"model/{file}.bin").read_bytes()
        for entry in listed:
            scale = entry.get("quantization", {"dtype": entry["dtype"], "scale": 1, "min": 0})
            kept = np.frombuffer(stored, scale["dtype"], math.prod(entry["shape"]))
            arrays[f"{network}/{entry['name']}"] = kept.reshape(entry["shape"])
            scales.append((scale["scale"], scale["min"]))
            stored = stored[kept.nbytes :]
    np.savez_compressed(TARGET, names=np.array(list(arrays)), scales=np.array(scales), **arrays)
    shutil.copyfile(package / "LICENSE", TARGET.with_suffix(".LICENSE"))


if __name__ == "__main__":
    main()
