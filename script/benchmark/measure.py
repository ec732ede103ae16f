"""Measures: chooses each peer's best setting, lets everyone take turns, and compares the outputs."""

import contextlib
import importlib.util
import statistics
import sys
import time
from dataclasses import dataclass

import numpy

from competitors import PEERS, Failure, FoveaProcesses, PeerProcess
from workloads import TOLERANCE


# A setting whose first steps take so many times as long as the best one's is not tried further.
HOPELESS = 2.5


@dataclass(frozen=True)
class Pace:
    """How much time a row gets."""

    rounds: int
    # Of each turn, by mode, and the steps it has at least.
    seconds: dict[str, float]
    least_steps: int
    trial_seconds: float
    # How long a peer may take to get ready: compiling is slow.
    patience: float
    answers: int


FULL = Pace(
    rounds=5, seconds={"train": 6.0, "infer": 1.5}, least_steps=3, trial_seconds=1.0, patience=300, answers=15)
QUICK = Pace(
    rounds=3, seconds={"train": 2.0, "infer": 0.7}, least_steps=2, trial_seconds=0.5, patience=120, answers=5)


def say(text):
    print(f"bench: {time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


def difference(outputs, expected):
    """The largest difference, relative to the largest of the expected numbers."""
    outputs = numpy.asarray(outputs)
    if outputs.shape != expected.shape or not numpy.isfinite(outputs).all():
        return float("inf")
    return float(numpy.abs(outputs - expected).max() / numpy.abs(expected).max())


def summary(times):
    """Of times in milliseconds."""
    p10, median, p90 = numpy.quantile(times, [0.1, 0.5, 0.9])
    return {"median_ms": float(median), "p10_ms": float(p10), "p90_ms": float(p90), "count": len(times)}


class Row:
    """One workload: who takes part, and what they did."""

    def __init__(self, workload, materials, log, is_limited=False):
        self.workload, self.materials, self.log = workload, materials, log
        # Who cannot be limited to older instructions as the others are takes no part.
        self.peers = [peer for peer in PEERS if peer.can_be_limited or not is_limited]
        self.expected = materials.expected_outputs(workload.request())
        self.competitors = []
        self.result = {"name": workload.name, **workload.request(), "competitors": {}, "trials": {}, "failures": {}}

    def measure(self, fovea, pace, quick):
        with contextlib.ExitStack() as stack:
            for peer in self.peers:
                settings = peer.settings_for(self.workload, quick)
                if not settings:
                    continue
                if importlib.util.find_spec(peer.package) is None:
                    self.result["failures"][peer.title] = "absent"
                    continue
                best = self.best(peer, settings, pace)
                if best is not None:
                    stack.callback(best.close)
                    self.take_part(peer.title, best, difference(best.outputs, self.expected), best.setting)
            with self.failing("Fovea"):
                process = FoveaProcesses(fovea, self.workload, self.materials, self.log)
                self.take_part("Fovea", process, difference(process.outputs(), self.expected))
            self.take_turns(pace)
        return self.result

    @contextlib.contextmanager
    def failing(self, title):
        try:
            yield
        except Failure as failure:
            say(f"{self.workload.name}: {title}: {failure}")
            self.result["failures"][title] = str(failure)

    def best(self, peer, settings, pace):
        """The peer's process with its fastest setting; nil when none works."""
        best, best_ms = None, float("inf")
        trials = self.result["trials"].setdefault(peer.title, {})
        for setting in settings:
            with self.failing(f"{peer.title}, {setting}"):
                process = PeerProcess(peer, setting, self.workload, self.materials, self.log, pace.patience)
                try:
                    milliseconds = process.warm_ms
                    if milliseconds < HOPELESS * best_ms:
                        milliseconds = statistics.median(process.turn(pace.trial_seconds, pace.least_steps).step_ms)
                except Failure:
                    process.close()
                    raise
                trials[setting] = milliseconds
                say(f"{self.workload.name}: tried {peer.title}, {setting}: {milliseconds:.4g} ms")
                if milliseconds < best_ms:
                    best, best_ms, process = process, milliseconds, best
                if process is not None:
                    process.close()
        return best

    def take_part(self, title, process, error, setting=""):
        if self.workload.mode == "train" and self.workload.network.has_dropout and title != "Fovea":
            error = None  # its own masks change its losses; Fovea's are compared without
        self.result["competitors"][title] = {
            "setting": setting, "difference": error, "agrees": error is None or error <= TOLERANCE}
        self.competitors.append((title, process))

    def take_turns(self, pace):
        turns = {title: [] for title, _ in self.competitors}
        for _ in range(pace.rounds):
            for title, process in list(self.competitors):
                with self.failing(title):
                    turns[title].append(process.turn(pace.seconds[self.workload.mode], pace.least_steps))
                if title in self.result["failures"]:
                    self.competitors.remove((title, process))
                    del self.result["competitors"][title]
        for title, process in self.competitors:
            times = [time for turn in turns[title] for time in turn.step_ms]
            entry = self.result["competitors"][title]
            entry |= summary(times)
            entry["images_per_second"] = 1e3 * self.workload.batch / entry["median_ms"]
            entry["peak_mb"] = max(turn.peak_mb for turn in turns[title])
            entry["turns"] = [summary(turn.step_ms) for turn in turns[title]]
            if title == "Fovea":
                entry["compile_ms"] = statistics.median(process.compile_ms)


def measure_rows(workloads, materials, fovea, pace, quick, log, is_limited=False):
    rows = []
    for number, workload in enumerate(workloads, 1):
        start = time.monotonic()
        row = Row(workload, materials, log, is_limited).measure(fovea, pace, quick)
        rows.append(row)
        medians = ", ".join(
            f"{title} {entry['median_ms']:.4g} ms" for title, entry in row["competitors"].items())
        say(f"{number}/{len(workloads)} {workload.name}: {medians} ({time.monotonic() - start:.0f} s)")
    return rows
