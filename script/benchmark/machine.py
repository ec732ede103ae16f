"""Where and with what the measurements were made."""

import datetime
import importlib.metadata
import os
import pathlib
import platform
import subprocess

PACKAGES = {
    "PyTorch": "torch", "TensorFlow": "tensorflow", "ONNX Runtime": "onnxruntime", "OpenVINO": "openvino",
    "ONNX": "onnx", "torchvision": "torchvision", "NumPy": "numpy", "Pillow": "pillow",
}


def version(package):
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return "absent"


def field(path, name):
    """The value of the first line `name : value` of a file under /proc."""
    for line in pathlib.Path(path).read_text().splitlines():
        key, _, value = line.partition(":")
        if key.strip() == name:
            return value.strip()
    return "unknown"


def output(*command):
    result = subprocess.run(command, check=False, capture_output=True, text=True)
    return result.stdout.strip() if result.returncode == 0 else "unknown"


def vector_sets():
    flags = set(field("/proc/cpuinfo", "flags").split())
    known = ["avx2", "fma", "avx512f", "avx512_vnni", "avx512_bf16", "amx_tile"]
    return ", ".join(flag for flag in known if flag in flags) or "unknown"


def describe(fovea):
    revision = output("git", "describe", "--always", "--dirty", "--abbrev=12")
    memory = field("/proc/meminfo", "MemTotal").split()[0]
    return {
        "date": datetime.datetime.now(datetime.timezone.utc).date().isoformat(),
        "machine": {
            "processor": field("/proc/cpuinfo", "model name"),
            "processor family and model": f"{field('/proc/cpuinfo', 'cpu family')}, {field('/proc/cpuinfo', 'model')}",
            "vector instructions": vector_sets(),
            "cores": str(len(os.sched_getaffinity(0))),
            "memory": f"{int(memory) * 1024 / 1e9:.0f} GB" if memory.isdigit() else "unknown",
            "kernel": f"{platform.system()} {platform.release()}",
            "load when the run began": f"{os.getloadavg()[0]:.2f}",
        },
        "versions": {
            "Fovea": f"{output(fovea, '--version')}, revision {revision}",
            "Python": platform.python_version(),
            "C++ compiler": output("g++", "-dumpfullversion"),
        } | {title: version(package) for title, package in PACKAGES.items()},
    }
