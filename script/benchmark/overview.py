"""The overview: how Fovea compares with the best peer on each machine that has a page."""

import json

from page import number, table, times
from verdicts import speed_verdict
from workloads import WORKLOADS

INTRODUCTION = """\
# Benchmarks

How many times as fast as the best of PyTorch, TensorFlow, ONNX Runtime and OpenVINO Fovea is, by machine. The pages say what
was measured and how. This one is written by `script/bench`, from the raw numbers beside the pages: run it on a machine of
another kind, and there is a column more. "—" was not measured there.
"""


def kind(machine):
    """The machine in a few words."""
    name = machine["processor"]
    if limit := machine.get("limited to"):
        name += f", limited to {limit}"
    return name


def overview(folder):
    """The page over all pages of a folder."""
    results = {path.stem: json.loads(path.read_text()) for path in sorted(folder.glob("*.json"))}
    rows = []
    for workload in WORKLOADS:
        cells = []
        for result in results.values():
            found = next((row for row in result["rows"] if row["name"] == workload.name), None)
            cells.append(times(speed_verdict(workload, found).ratio) if found else "—")
        rows.append([f"{workload.mode} {workload.title}", *cells])
    machines = []
    for stem, result in results.items():
        about = result["about"]
        machine, ceilings = about["machine"], about.get("ceilings", {})
        machines.append([
            f"[{stem}](benchmarks/{stem}.md)", kind(machine), machine["cores"],
            number(ceilings.get("machine_gflops")), number(ceilings.get("machine_gb_per_second")), about["date"]])
    header = ["Page", "Processor", "Cores", "GFLOP/s in registers", "GB/s from memory", "Date"]
    return "\n".join([INTRODUCTION, table(["Work", *results], rows), table(header, machines)])
