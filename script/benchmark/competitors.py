"""Fovea and its peers as processes that take turns."""

import atexit
import contextlib
import json
import os
import pathlib
import select
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass

from safetensors.numpy import load_file

from workloads import MOMENTUM, RATE, THREADS

HERE = pathlib.Path(__file__).resolve().parent


# How long a process of Fovea may take, in seconds.
PATIENCE = 600


class Failure(Exception):
    """A competitor that cannot do its work, with the reason."""


@dataclass(frozen=True)
class Turn:
    step_ms: list[float]
    peak_mb: float


@dataclass(frozen=True)
class Peer:
    title: str
    # The module in `peers`, and the package it cannot do without.
    module: str
    package: str
    settings: dict[str, list[str]]
    quick_settings: dict[str, list[str]]
    # Empty: all.
    models: tuple[str, ...] = ()
    # Whether its instructions can be limited from outside.
    can_be_limited: bool = True

    def settings_for(self, workload, quick):
        settings = (self.quick_settings if quick else self.settings).get(workload.mode, [])
        if self.models and workload.model not in self.models:
            return []
        # One thread is never the better for large networks.
        return [setting for setting in settings if workload.model == "lenet5" or not setting.startswith(ONE_THREAD)]


LAYOUTS = ["eager, contiguous", "eager, channels-last"]
COMPILED = ["compiled, contiguous", "compiled, channels-last"]
ONE_THREAD = "one thread"
CALLS = ["two threads, bound", "two threads", f"{ONE_THREAD}, bound", ONE_THREAD]

PEERS = [
    Peer(
        "PyTorch", "pytorch", "torch", {"train": LAYOUTS + COMPILED, "infer": LAYOUTS + COMPILED},
        {"train": LAYOUTS, "infer": LAYOUTS[1:]}),
    Peer(
        "TensorFlow", "tensorflow_graph", "tensorflow", {"train": ["graph", "graph, inter-op", "XLA"]},
        {"train": ["graph"]}, models=("lenet5",)),
    Peer("ONNX Runtime", "onnx_runtime", "onnxruntime", {"infer": CALLS}, {"infer": CALLS[:1]},
        can_be_limited=False),
    Peer(
        "OpenVINO", "openvino_runtime", "openvino", {"infer": ["two threads", ONE_THREAD]},
        {"infer": ["two threads"]}),
]


def environment():
    threads = {name: str(THREADS) for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")}
    # A graphics card would be another race.
    others = {"CUDA_VISIBLE_DEVICES": "", "PYTHONWARNINGS": "ignore", "TF_CPP_MIN_LOG_LEVEL": "3"}
    return os.environ | threads | others


class PeerProcess:
    """A peer with one setting, that stays from turn to turn and is frozen in between."""

    def __init__(self, peer, setting, workload, materials, log, patience):
        self.peer, self.setting = peer, setting
        command = [sys.executable, HERE / "worker.py", peer.module, materials.folder]
        # A session of its own, so that the processes it starts are frozen with it.
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True, env=environment(),
            start_new_session=True)
        # However this process ends: a frozen one would stay for ever.
        atexit.register(self.close)
        try:
            order = {"workload": workload.request(), "setting": setting, "threads": THREADS}
            answer = self.ask("prepare", patience, **order)
            self.outputs, self.warm_ms = answer["outputs"], answer["step_ms"]
            self.signal(signal.SIGSTOP)
        except Failure:
            self.close()
            raise

    def turn(self, seconds, least):
        self.signal(signal.SIGCONT)
        answer = self.ask("run", patience=60 + 20 * seconds, seconds=seconds, least=least)
        self.signal(signal.SIGSTOP)
        return Turn(**answer)

    def ask(self, order, patience, **arguments):
        try:
            self.process.stdin.write(json.dumps({"do": order, **arguments}) + "\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            raise Failure("it ended") from None
        if not select.select([self.process.stdout], [], [], patience)[0]:
            raise Failure(f"no answer within {patience:.0f} s")
        line = self.process.stdout.readline()
        if not line:
            raise Failure("it ended")
        answer = json.loads(line)
        if "error" in answer:
            raise Failure(answer["error"])
        return answer

    def signal(self, number):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, number)

    def close(self):
        if self.process.poll() is None:
            self.signal(signal.SIGKILL)
            self.process.wait()
        atexit.unregister(self.close)


class FoveaProcesses:
    """`fovea benchmark`, a process for each turn; it compiles before it measures."""

    title, setting = "Fovea", ""

    def __init__(self, command, workload, materials, log):
        self.command, self.workload, self.log = command, workload, log
        self.arguments = [
            "--model", workload.model, "--mode", workload.mode,
            "--threads", str(THREADS), "--weights", materials.weights(workload.model),
            "--batch", materials.batch(workload.request())]
        if workload.mode == "train":
            self.arguments += ["--optimizer", "sgd", "--lr", str(RATE), "--momentum", str(MOMENTUM)]
        self.step_ms = None
        self.compile_ms = []

    def outputs(self):
        """The logits, or the first losses of training without dropout."""
        training = self.workload.mode == "train"
        arguments = ["--warmup", "0", "--steps", str(self.workload.network.checked_steps if training else 1)]
        if training and self.workload.network.has_dropout:
            arguments.append("--no-dropout")
        answer, tensors = self.run(*arguments)
        self.step_ms = answer["median_ms"]
        return tensors["loss" if training else "logits"].ravel().tolist()

    def turn(self, seconds, least):
        steps = min(max(least, round(1e3 * seconds / self.step_ms)), 100_000)
        answer, tensors = self.run("--warmup", str(max(2, steps // 20)), "--steps", str(steps))
        self.step_ms = answer["median_ms"]
        self.compile_ms.append(answer["compile_ms"])
        return Turn(tensors["step_ms"].tolist(), answer["peak_rss_mb"])

    def run(self, *arguments):
        """What the command says, and the tensors that it writes."""
        with tempfile.TemporaryDirectory() as folder:
            outputs = pathlib.Path(folder) / "outputs.safetensors"
            command = [self.command, "benchmark", *self.arguments, *arguments, "--outputs", outputs, "--json"]
            try:
                process = subprocess.run(
                    command, check=False, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                    env=environment(), timeout=PATIENCE)
            except subprocess.TimeoutExpired:
                raise Failure(f"no answer within {PATIENCE} s") from None
            self.log.write(process.stderr)
            if process.returncode != 0:
                reason = (process.stderr.strip().splitlines() or [f"exit status {process.returncode}"])[0]
                raise Failure(reason.removeprefix("fovea: error: "))
            return json.loads(process.stdout), load_file(outputs)

    def close(self):
        pass
