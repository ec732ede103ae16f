"""Times a network in PyTorch on a graphics processor, on synthetic data that lies there, and prints one line of JSON.

    gpu_peer.py --model resnet50 --mode train --batch 256 --precision bf16 --variant compile
"""

import argparse
import contextlib
import json
import statistics
import time

import torch

from networks import make, without_dropout

WARMUP, ROUNDS, STEPS = 20, 5, 10


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", required=True)
    parser.add_argument("--mode", choices=("train", "infer"), required=True)
    parser.add_argument("--batch", type=int, required=True)
    parser.add_argument("--precision", choices=("f32", "tf32", "bf16"), required=True)
    parser.add_argument("--variant", choices=("eager", "compile", "graphs"), required=True)
    arguments = parser.parse_args()

    allows_tf32 = arguments.precision == "tf32"
    torch.backends.cuda.matmul.allow_tf32 = allows_tf32
    torch.backends.cudnn.allow_tf32 = allows_tf32
    torch.backends.cudnn.benchmark = True
    trains = arguments.mode == "train"
    network = without_dropout(make(arguments.model)).cuda().to(memory_format=torch.channels_last)
    network.train(trains)
    size = 28 if arguments.model == "lenet5" else 224
    channels = 1 if arguments.model == "lenet5" else 3
    images = torch.rand(arguments.batch, channels, size, size, device="cuda").to(memory_format=torch.channels_last)
    labels = torch.randint(0, 10, (arguments.batch,), device="cuda")
    if arguments.variant == "compile":
        network = torch.compile(network)
    elif arguments.variant == "graphs":
        network = torch.compile(network, mode="reduce-overhead")
    optimizer = torch.optim.SGD(network.parameters(), lr=0.01, momentum=0.9, fused=True)
    loss_function = torch.nn.CrossEntropyLoss()

    def arithmetic():
        if arguments.precision != "bf16":
            return contextlib.nullcontext()
        return torch.autocast("cuda", dtype=torch.bfloat16)

    def train():
        optimizer.zero_grad(set_to_none=True)
        with arithmetic():
            loss = loss_function(network(images), labels)
        loss.backward()
        optimizer.step()
        return loss

    def infer():
        with torch.inference_mode(), arithmetic():
            return network(images)

    step = train if trains else infer
    for _ in range(WARMUP):
        step()
    torch.cuda.synchronize()
    torch.cuda.reset_peak_memory_stats()
    rounds = []
    for _ in range(ROUNDS):
        begin = time.perf_counter()
        for _ in range(STEPS):
            result = step()
        result.float().sum().item()
        torch.cuda.synchronize()
        rounds.append((time.perf_counter() - begin) / STEPS)
    seconds = statistics.median(rounds)
    print(
        json.dumps(
            {
                "variant": arguments.variant,
                "images_per_second": arguments.batch / seconds,
                "ms": seconds * 1e3,
                "peak_gb": torch.cuda.max_memory_allocated() / 1e9,
            }
        )
    )


if __name__ == "__main__":
    main()
