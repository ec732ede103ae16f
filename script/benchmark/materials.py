"""What all competitors share, as files: weights, batches, the outputs to expect, ONNX models, pictures, a run folder."""

import hashlib
import importlib.metadata
import json
import os
import pathlib
import shutil
import subprocess
import sys

from safetensors.numpy import load_file

from workloads import ANSWER, NETWORKS

HERE = pathlib.Path(__file__).resolve().parent
MEAN, DEVIATION = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]


class Materials:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)

    def weights(self, model):
        return self.folder / f"{model}.safetensors"

    def batch(self, workload):
        return self.folder / f"{workload['model']}-{workload['batch']}.safetensors"

    def expected(self, workload):
        return self.folder / f"{workload['mode']}-{workload['model']}-{workload['batch']}.safetensors"

    def onnx(self, workload):
        return self.folder / f"{workload['model']}-{workload['batch']}.onnx"

    @property
    def photo(self):
        """A picture of ordinary size."""
        return self.folder / "photo.jpg"

    @property
    def exact_picture(self):
        """A picture of the network's own size, stored without loss: nothing is left to the reader."""
        return self.folder / "exact.png"

    @property
    def run_folder(self):
        return self.folder / "run"

    def expected_outputs(self, workload):
        return load_file(self.expected(workload))["outputs"].ravel()


def prepare_materials(root, requests):
    """The materials for these workloads. They depend on nothing but this code and PyTorch, so they are kept."""
    code = b"".join((HERE / name).read_bytes() for name in ("make_materials.py", "networks.py", "workloads.py"))
    fingerprint = hashlib.sha256(code + importlib.metadata.version("torch").encode()).hexdigest()[:12]
    materials = Materials(pathlib.Path(root) / fingerprint)
    for outdated in set(materials.folder.parent.glob("*/")) - {materials.folder}:
        shutil.rmtree(outdated)
    materials.folder.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-W", "ignore", HERE / "make_materials.py", materials.folder, json.dumps(requests)]
    subprocess.run(command, check=True, stdout=sys.stderr)
    write_run_folder(materials)
    return materials


def write_run_folder(materials):
    """A run folder as `fovea train` would leave it, as far as `fovea predict` reads it."""
    folder = materials.run_folder
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "weights").mkdir(parents=True)
    network = NETWORKS[ANSWER["model"]]
    description = {
        "format_version": 1,
        "fovea_version": "benchmark",
        "architecture": ANSWER["model"],
        "input": network.image,
        "classes": network.classes,
        "class_names": [str(index) for index in range(network.classes)],
        "preprocessing": {"mean": MEAN, "standard_deviation": DEVIATION},
    }
    (folder / "model.json").write_text(json.dumps(description))
    os.link(materials.weights(ANSWER["model"]), folder / "weights" / "best.safetensors")
