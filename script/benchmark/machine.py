"""Where and with what the measurements were made."""

import datetime
import importlib.metadata
import json
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


# Names of pages by the processor's vendor, family and models; others are named by these numbers.
KNOWN = [
    ("zen4", "AuthenticAMD", "25", [*range(0x10, 0x20), *range(0x60, 0x80), *range(0xA0, 0xB0)]),
    ("xeon", "GenuineIntel", "6", [0x8F, 0xCF]),  # Sapphire Rapids, Emerald Rapids
]


def page_name(isa):
    """Where the numbers of this machine go: `xeon`, `xeon-avx2`."""
    vendor, family, model = (field("/proc/cpuinfo", name) for name in ("vendor_id", "cpu family", "model"))
    name = next(
        (name for name, *known, models in KNOWN if [vendor, family] == known and model in map(str, models)),
        f"{vendor}-{family}-{model}".lower())
    return f"{name}-{isa}" if isa else name


def limit_instructions(isa):
    """Limits what the processes use that are started from now on: Fovea, oneDNN wherever it is inside, PyTorch, MKL."""
    for variable in ("DNNL_MAX_CPU_ISA", "ONEDNN_MAX_CPU_ISA", "OV_CPU_MAX_ISA", "MKL_ENABLE_INSTRUCTIONS"):
        os.environ[variable] = isa.upper()
    os.environ["ATEN_CPU_CAPABILITY"] = isa


def ceilings(fovea):
    """What the machine reaches, as Fovea measures it."""
    command = "benchmark --model lenet5 --mode infer --batch-size 1 --steps 1 --explain --json".split()
    measured = output(fovea, *command)
    fields = ("machine_gflops", "machine_gb_per_second", "machine_bandwidths", "synchronization_us")
    if measured == "unknown":
        return {}
    return {name: value for name, value in json.loads(measured).items() if name in fields}


def ceiling_texts(reached):
    if not reached:
        return {"ceilings": "unknown"}
    caches = ", ".join(
        f"{room['gb_per_second']:.0f} up to {room['bytes'] >> 10} KiB" for room in reached["machine_bandwidths"][:-1])
    return {
        "arithmetic in registers": f"{reached['machine_gflops']:.0f} GFLOP/s",
        "bandwidth of memory": f"{reached['machine_gb_per_second']:.0f} GB/s; of caches {caches}",
        "beginning a step on all threads": f"{reached['synchronization_us']:.1f} µs",
    }


def describe(fovea, isa=None):
    revision = output("git", "describe", "--always", "--dirty", "--abbrev=12")
    memory = field("/proc/meminfo", "MemTotal").split()[0]
    reached = ceilings(fovea)
    return {
        "date": datetime.datetime.now(datetime.timezone.utc).date().isoformat(),
        "machine": {
            "processor": field("/proc/cpuinfo", "model name"),
            "processor family and model": f"{field('/proc/cpuinfo', 'cpu family')}, {field('/proc/cpuinfo', 'model')}",
            "vector instructions": vector_sets(),
        } | ({"limited to": isa.upper()} if isa else {}) | ceiling_texts(reached) | {
            "cores": str(len(os.sched_getaffinity(0))),
            "memory": f"{int(memory) * 1024 / 1e9:.0f} GB" if memory.isdigit() else "unknown",
            "kernel": f"{platform.system()} {platform.release()}",
            "load when the run began": f"{os.getloadavg()[0]:.2f}",
        },
        "ceilings": reached,
        "versions": {
            "Fovea": f"{output(fovea, '--version')}, revision {revision}",
            "Python": platform.python_version(),
            "C++ compiler": output("g++", "-dumpfullversion"),
        } | {title: version(package) for title, package in PACKAGES.items()},
    }
