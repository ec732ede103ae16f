"""Runs the measurements of script/bench-data in turn, and prints the page."""

import argparse
import json
import os
import pathlib
import random
import statistics
import subprocess
import sys
import tempfile

from PIL import Image


HERE = pathlib.Path(__file__).parent
ROUNDS = 5
LOADERS = {"torchvision with Pillow": "pillow", "OpenCV": "opencv"}
TRAININGS = {"resnet18": 160, "squeezenet1_1": 320}
BATCH = 16


def make_pictures(photos, folder, count):
    """JPEGs of 500×375, parts of the photographs, in two class folders."""
    draw = random.Random(1)
    paths = sorted(p for p in pathlib.Path(photos).iterdir() if p.suffix in (".jpg", ".png"))
    for number in range(count):
        picture = Image.open(paths[number % len(paths)]).convert("RGB")
        width = min(picture.width, picture.height * 4 / 3) * draw.uniform(0.6, 1)
        left, top = draw.uniform(0, picture.width - width), draw.uniform(0, picture.height - width * 3 / 4)
        part = picture.resize((500, 375), Image.BICUBIC, box=(left, top, left + width, top + width * 3 / 4))
        target = folder / "ab"[number % 2] / f"{number:04}.jpg"
        target.parent.mkdir(exist_ok=True)
        part.save(target, quality=90)


def output(command, **environment):
    finished = subprocess.run(
        [str(word) for word in command], capture_output=True, text=True, env={**os.environ, **environment})
    if finished.returncode != 0:
        sys.exit(f"bench-data: {command[0]} failed:\n{finished.stderr}")
    # One document, or one a line.
    decoder, text, documents = json.JSONDecoder(), finished.stdout.strip(), []
    while text:
        document, end = decoder.raw_decode(text)
        documents.append(document)
        text = text[end:].lstrip()
    return documents


def load_with_fovea(folder, mode):
    command = [os.environ["FOVEA"], "data", "benchmark", folder, "--workers", 1, "--cache-memory", "0", "--json"]
    if mode == "train":
        command += ["--augment", "crop"]
    return output(command)[-1]["images_per_core_second"]


def load_with_peer(folder, mode, peer):
    return output([sys.executable, HERE / "data_loading.py", folder, mode, peer])[-1]["images_per_core_second"]


def measure_loading(folder):
    print("## Loading, one core\n\nPictures of 500×375, JPEG: pictures per second of processor time, median of "
          f"{ROUNDS} rounds in turn.\n")
    print("| | Fovea | " + " | ".join(LOADERS) + " | of the best |\n|---|---|" + "---|" * (len(LOADERS) + 1))
    for mode, text in [("train", "random resized crop 224, flip"), ("evaluate", "resize 256, crop 224")]:
        speeds = {name: [] for name in ["Fovea", *LOADERS]}
        for _ in range(ROUNDS):
            speeds["Fovea"].append(load_with_fovea(folder, mode))
            for name, peer in LOADERS.items():
                speeds[name].append(load_with_peer(folder, mode, peer))
        medians = {name: statistics.median(values) for name, values in speeds.items()}
        best = max(medians[name] for name in LOADERS)
        cells = [f"{medians['Fovea']:.0f}"] + [f"{medians[n]:.0f} ({medians['Fovea'] / medians[n]:.2f})" for n in LOADERS]
        print(f"| {text}, standardize | " + " | ".join(cells) + f" | {medians['Fovea'] / best:.2f} |", flush=True)


def train_with_fovea(folder, model):
    with tempfile.TemporaryDirectory() as out:
        epochs = output(
            [os.environ["FOVEA"], "train", "--data", folder, "--model", model, "--epochs", 3, "--batch-size", BATCH,
             "--optimizer", "sgd", "--lr", "0.001", "--momentum", "0.9", "--augment", "crop", "--val-split", 0,
             "--cache-memory", "0", "--out", f"{out}/run", "--json"])
    epochs = [line for line in epochs if "epoch" in line][1:]
    return (statistics.median(e["images_per_second"] for e in epochs),
            statistics.median(e["data_wait"] for e in epochs))


def measure_training(folder, models):
    print("\n## Training from files\n\nBatches of 16 of 224×224, decoding included: images per second, median of 3 rounds in "
          "turn. PyTorch has the best of 0 to 3 workers, eager and compiled.\n")
    print("| | Fovea | data_wait | PyTorch | ratio |\n|---|---|---|---|---|")
    for model in models:
        def train_with_pytorch(workers, setting, folder=folder, model=model):
            command = [sys.executable, HERE / "data_training.py", folder, model, BATCH, workers, setting]
            return output(command)[-1]["images_per_second"]

        choices = [(w, "eager") for w in range(4)]
        best = max(choices, key=lambda choice: train_with_pytorch(*choice))
        compiled = (best[0], "compiled")
        if train_with_pytorch(*compiled) > train_with_pytorch(*best):
            best = compiled
        fovea, waits, peer = [], [], []
        for _ in range(3):
            speed, wait = train_with_fovea(folder, model)
            fovea.append(speed)
            waits.append(wait)
            peer.append(train_with_pytorch(*best))
        mine, other = statistics.median(fovea), statistics.median(peer)
        print(f"| {model} | {mine:.1f} | {statistics.median(waits):.1%} | {other:.1f} ({best[0]} workers, {best[1]}) | "
              f"{mine / other:.2f} |", flush=True)


def processor():
    """The processor's name, and how many of it may be used."""
    lines = pathlib.Path("/proc/cpuinfo").read_text().splitlines()
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return f"{names[0] if names else 'unknown processor'}, {len(os.sched_getaffinity(0))} cores"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--only", choices=["loading", "training"])
    parser.add_argument("--model", choices=TRAININGS, help="train this network alone")
    shared = os.environ.get("FOVEA_DATA", str(HERE.parents[1].parent / "shared/data"))
    parser.add_argument("--photos", default=f"{shared}/photos")
    arguments = parser.parse_args()
    if not pathlib.Path(arguments.photos).is_dir():
        sys.exit(f"bench-data: there are no photographs in {arguments.photos}; name a folder with --photos")
    print(f"# Loading photographs\n\n{processor()}\n")
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        make_pictures(arguments.photos, folder, 320)
        if arguments.only != "training":
            measure_loading(folder)
        if arguments.only != "loading":
            measure_training(folder, [arguments.model] if arguments.model else TRAININGS)


main()
