"""Reads and prepares pictures on one core as users of PyTorch do, and prints pictures per second of processor time."""

import json
import pathlib
import sys
import time

import torch

from networks import torchvision_models

torchvision_models()
from torchvision import transforms as T  # noqa: E402

MEAN, DEVIATION = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]


def pillow(mode):
    from PIL import Image

    sizing = ([T.RandomResizedCrop(224, scale=(0.35, 1)), T.RandomHorizontalFlip()] if mode == "train"
              else [T.Resize(256), T.CenterCrop(224)])
    change = T.Compose([*sizing, T.ToTensor(), T.Normalize(MEAN, DEVIATION)])

    def load(path):
        with Image.open(path) as picture:
            return change(picture.convert("RGB"))

    return load


def opencv(mode):
    import cv2
    import numpy

    cv2.setNumThreads(1)
    scale = numpy.array([1 / 255 / d for d in DEVIATION], numpy.float32)
    shift = numpy.array([-m / d for m, d in zip(MEAN, DEVIATION)], numpy.float32)

    def load(path):
        picture = cv2.imread(str(path), cv2.IMREAD_COLOR)
        height, width = picture.shape[:2]
        # INTER_AREA is what does not skip pixels when shrinking.
        if mode == "train":
            top, left, rows, columns = T.RandomResizedCrop.get_params(
                torch.empty(1, height, width), (0.35, 1), (3 / 4, 4 / 3))
            picture = cv2.resize(picture[top:top + rows, left:left + columns], (224, 224), interpolation=cv2.INTER_AREA)
            if torch.rand(1) < 0.5:
                picture = cv2.flip(picture, 1)
        else:
            shorter = min(height, width)
            picture = cv2.resize(
                picture, (256 * width // shorter, 256 * height // shorter), interpolation=cv2.INTER_AREA)
            top, left = (picture.shape[0] - 224) // 2, (picture.shape[1] - 224) // 2
            picture = picture[top:top + 224, left:left + 224]
        picture = cv2.cvtColor(picture, cv2.COLOR_BGR2RGB).astype(numpy.float32) * scale + shift
        return torch.from_numpy(numpy.ascontiguousarray(picture.transpose(2, 0, 1)))

    return load


def main(folder, mode, peer):
    torch.set_num_threads(1)
    paths = sorted(pathlib.Path(folder).glob("*/*.jpg"))
    load = {"pillow": pillow, "opencv": opencv}[peer](mode)

    def read():
        for start in range(0, len(paths), 16):
            torch.stack([load(path) for path in paths[start:start + 16]])

    read()
    start, count = time.process_time(), 0
    for _ in range(3):
        read()
        count += len(paths)
    print(json.dumps({"images_per_core_second": count / (time.process_time() - start)}))


main(*sys.argv[1:])
