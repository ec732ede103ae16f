"""Times steps of networks over sequences, Fovea and PyTorch in turn, and prints a table.

Run by script/bench-sequences. A training step is forward, cross-entropy, backward and an SGD update, of the same network on
batches of the same sizes; a step of a stream is inference, the state in and out. Each turn is a process of its own; the ratio is that of the medians over the turns.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys

CASES = [
    # name, model, width, channels, steps, batch, shortest length or None
    ("LSTM 130, 784 steps, batch 64", "lstm", 130, 1, 784, 64, None),
    ("GRU 150, 784 steps, batch 64", "gru", 150, 1, 784, 64, None),
    ("RNN 256, 784 steps, batch 64", "rnn", 256, 1, 784, 64, None),
    ("LSTM 73, 12 channels, lengths 7 to 29, batch 64", "lstm", 73, 12, 29, 64, 7),
    ("LSTM 64, 28 channels, 28 steps, batch 64", "lstm", 64, 28, 28, 64, None),
    # As deep as its steps need: 7 levels, and 8.
    ("TCN 25, 784 steps, batch 64", "tcn", 25, 1, 784, 64, None),
    ("TCN 25, 1,600 steps, batch 64", "tcn", 25, 1, 1600, 64, None),
]
STREAM = ("LSTM 256, 64 channels, one step of a stream", "lstm", 256, 64, 1, 1, None)


def fovea(case, threads):
    _, model, width, channels, steps, batch, shortest = case
    command = [
        os.environ["FOVEA"], "benchmark", "--model", model, "--width", str(width), "--input", f"{channels}x{steps}",
        "--batch-size", str(batch), "--threads", str(threads), "--json",
    ]
    command += ["--mode", "infer", "--stream"] if case is STREAM else [
        "--mode", "train", "--optimizer", "sgd", "--lr", "0.01"]
    if shortest:
        command += ["--shortest", str(shortest)]
    return json.loads(subprocess.run(command, check=True, capture_output=True).stdout)["median_ms"]


PEER = """
import json, sys, time, statistics, torch
from torch.nn.utils.rnn import pack_padded_sequence
model, width, channels, steps, batch, shortest, threads = json.loads(sys.argv[1])
torch.set_num_threads(threads)
torch.manual_seed(0)
# Gradients that vanish become denormal numbers, which take much longer; Fovea counts them as 0 too.
torch.set_flush_denormal(True)
# The residual block of Bai, Kolter and Koltun, 2018, without dropout.
class Block(torch.nn.Module):
    def __init__(self, channels, width, kernel, dilation):
        super().__init__()
        normalized = torch.nn.utils.parametrizations.weight_norm
        self.left = (kernel - 1) * dilation
        self.conv1 = normalized(torch.nn.Conv1d(channels, width, kernel, padding=self.left, dilation=dilation))
        self.conv2 = normalized(torch.nn.Conv1d(width, width, kernel, padding=self.left, dilation=dilation))
        self.downsample = torch.nn.Conv1d(channels, width, 1) if channels != width else torch.nn.Identity()

    def forward(self, x):
        h = self.conv1(x)[:, :, :-self.left].relu()
        return (self.conv2(h)[:, :, :-self.left].relu() + self.downsample(x)).relu()

def tcn(channels, width):
    blocks = []
    while 1 + 2 * 6 * (2 ** len(blocks) - 1) < steps:
        blocks.append(Block(width if blocks else channels, width, 7, 2 ** len(blocks)))
    return torch.nn.Sequential(*blocks)

if model == "tcn":
    recurrent = tcn(channels, width)
else:
    kinds = {"lstm": torch.nn.LSTM, "gru": torch.nn.GRU, "rnn": torch.nn.RNN}
    recurrent = kinds[model](channels, width, batch_first=True)
head = torch.nn.Linear(width, 10)
optimizer = torch.optim.SGD([*recurrent.parameters(), *head.parameters()], lr=0.01)
x, labels = torch.rand(batch, steps, channels) - 0.5, torch.randint(10, (batch,))
lengths = None
if shortest:
    lengths = torch.tensor([shortest + (steps - shortest) * i // (batch - 1) for i in range(batch)])
def stream():
    global memory
    with torch.no_grad():
        _, memory = recurrent(x, memory)
def step():
    optimizer.zero_grad(set_to_none=True)
    if model == "tcn":
        torch.nn.functional.cross_entropy(head(recurrent(x.transpose(1, 2))[:, :, -1]), labels).backward()
        optimizer.step()
        return
    given = x if lengths is None else pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
    _, state = recurrent(given)
    state = state[0] if isinstance(state, tuple) else state
    torch.nn.functional.cross_entropy(head(state[-1]), labels).backward()
    optimizer.step()
if steps == 1:
    memory, step = None, stream
for _ in range(3):
    step()
times = []
start = time.perf_counter()
while len(times) < 5 or time.perf_counter() - start < 5:
    begin = time.perf_counter()
    step()
    times.append((time.perf_counter() - begin) * 1000)
print(statistics.median(times))
"""


def pytorch(case, threads):
    arguments = json.dumps([*case[1:], threads])
    return float(subprocess.run([sys.executable, "-c", PEER, arguments], check=True, capture_output=True).stdout)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    print(f"{'step':50} {'Fovea':>10} {'PyTorch':>10} {'ratio':>6}")
    for case in [*CASES, STREAM]:
        ours, theirs = [], []
        for _ in range(options.rounds):
            ours.append(fovea(case, options.threads))
            theirs.append(pytorch(case, options.threads))
        mine, peer = statistics.median(ours), statistics.median(theirs)
        print(f"{case[0]:50} {mine:7.3f} ms {peer:7.3f} ms {peer / mine:6.2f}", flush=True)


if __name__ == "__main__":
    main()
