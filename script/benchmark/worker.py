"""A peer in a process of its own: takes orders on standard input, one JSON object a line, and answers each with one.

    {"do": "prepare", "workload": {…}, "setting": "…", "threads": 2}  →  {"outputs": […], "step_ms": …}
    {"do": "run", "seconds": 1.5, "least": 3}                         →  {"step_ms": […], "peak_mb": …}
"""

import importlib
import json
import os
import pathlib
import sys
import time

from materials import Materials
from workloads import NETWORKS

# At least two: the first compiles.
WARM_UP = 4


def peak_memory_mb():
    status = pathlib.Path("/proc/self/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024 / 1e6


def forget_peak_memory():
    """What building and compiling the network took is not the peak of running it."""
    pathlib.Path("/proc/self/clear_refs").write_text("5")


class Worker:
    def __init__(self, peer, materials):
        self.peer = importlib.import_module(f"peers.{peer}")
        self.materials = materials

    def prepare(self, workload, setting, threads):
        self.job = self.peer.Job(workload, setting, threads, self.materials)
        steps = []
        for _ in range(WARM_UP):
            start = time.perf_counter_ns()
            self.job.step()
            duration = (time.perf_counter_ns() - start) / 1e6
            steps.append(self.job.outputs())
        forget_peak_memory()
        # Of training the first losses, of inference the first logits.
        checked = steps[: NETWORKS[workload["model"]].checked_steps if workload["mode"] == "train" else 1]
        return {"outputs": [number for outputs in checked for number in outputs], "step_ms": duration}

    def run(self, seconds, least):
        clock, step = time.perf_counter_ns, self.job.step
        step()  # the first after a pause
        times = []
        end = clock() + int(seconds * 1e9)
        while len(times) < least or clock() < end:
            start = clock()
            step()
            times.append((clock() - start) / 1e6)
        return {"step_ms": times, "peak_mb": peak_memory_mb()}


def main():
    # Libraries print on standard output too: the answers get a descriptor of their own.
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    worker = Worker(sys.argv[1], Materials(sys.argv[2]))
    for line in sys.stdin:
        order = json.loads(line)
        try:
            answer = getattr(worker, order.pop("do"))(**order)
        except Exception as error:  # noqa: BLE001  whatever a library throws is told, and the next setting tried
            answer = {"error": f"{type(error).__name__}: {error}".splitlines()[0][:300]}
        print(json.dumps(answer), file=answers)


if __name__ == "__main__":
    main()
