"""One picture, from the start of a process to its answer: `fovea predict` and Python with ONNX Runtime in turn."""

import json
import subprocess
import sys
import time

import numpy

from competitors import HERE, environment
from materials import DEVIATION, MEAN
from measure import say, summary
from workloads import ANSWER, NETWORKS, THREADS, TOLERANCE


def measure_answer(materials, fovea, pace, log):
    def commands(picture):
        height, width = NETWORKS[ANSWER["model"]].image[1:]
        preparation = json.dumps({"size": [width, height], "mean": MEAN, "deviation": DEVIATION})
        return {
            "Fovea": [fovea, "predict", "--model", materials.run_folder, picture, "--threads", str(THREADS), "--json"],
            "Python with ONNX Runtime": [
                sys.executable, HERE / "first_answer.py", materials.onnx(ANSWER), picture, str(THREADS), preparation],
        }

    def answer(command):
        start = time.perf_counter_ns()
        text = subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=log, env=environment()).stdout
        return (time.perf_counter_ns() - start) / 1e6, json.loads(text)[0]["predictions"]

    try:
        # On a picture that needs no resizing and lost nothing both see the same numbers.
        first, second = (answer(command)[1] for command in commands(materials.exact_picture).values())
        agrees = same(first, second)
        competitors = commands(materials.photo)
        for command in competitors.values():
            answer(command)  # so that files are in memory
        times = {title: [] for title in competitors}
        for _ in range(pace.answers):
            for title, command in competitors.items():
                times[title].append(answer(command)[0])
    except (subprocess.CalledProcessError, OSError, ValueError) as failure:
        say(f"one picture: {failure}")
        return {"failure": str(failure)}
    return {"agrees": agrees, "competitors": {title: summary(values) for title, values in times.items()}}


def same(first, second):
    """Whether two lists of the most probable classes say the same."""
    if [entry["class"] for entry in first] != [entry["class"] for entry in second]:
        return False
    first, second = (numpy.array([entry["probability"] for entry in entries]) for entries in (first, second))
    return bool(numpy.abs(first - second).max() <= TOLERANCE * second.max())
