"""Writes the files that Materials names. A process of its own, because PyTorch is large.

    python make_materials.py FOLDER '[{"mode": …, "model": …, "batch": …}, …]'
"""

import json
import os
import sys

import numpy
import torch
from PIL import Image
from safetensors.torch import load_file, save_file

import networks
from materials import Materials
from workloads import ANSWER, MOMENTUM, NETWORKS, RATE


def absent(path):
    return not path.exists()


def replace(path, write):
    """Writes a file whole or not at all."""
    partial = path.with_name(f"partial-{path.name}")
    write(partial)
    os.replace(partial, path)


def random_images(model, batch):
    generator = torch.Generator().manual_seed(batch)
    return torch.randn(batch, *NETWORKS[model].image, generator=generator)


def random_weights(model):
    """Weights whose normalizations have seen data, so that numbers keep a sensible size in deep networks."""
    torch.manual_seed(0)
    network = networks.make(model)
    normalizations = {
        name: module for name, module in network.named_modules() if isinstance(module, torch.nn.BatchNorm2d)}
    for name, normalization in normalizations.items():
        # The last of a deep residual block is small: else ResNet-50 would be chaotic, and no two libraries agree on it.
        scale = 0.25 if name.endswith(".bn3") else 1
        torch.nn.init.uniform_(normalization.weight, 0.5 * scale, 1.5 * scale)
        torch.nn.init.uniform_(normalization.bias, -0.1, 0.1)
        normalization.momentum = None  # the mean over all batches, of which there is one
    if normalizations:
        with torch.no_grad():
            network.train()(random_images(model, 8))
    return network.state_dict()


def random_batch(model, batch):
    generator = torch.Generator().manual_seed(batch)
    labels = torch.randint(NETWORKS[model].classes, (batch,), generator=generator, dtype=torch.int32)
    return {"images": random_images(model, batch), "labels": labels}


def logits(network, images):
    with torch.inference_mode():
        return network.eval()(images)


def first_losses(network, steps, images, labels):
    """The losses of the first steps, without dropout: its masks differ from library to library."""
    networks.without_dropout(network).train()
    optimizer = torch.optim.SGD(network.parameters(), lr=RATE, momentum=MOMENTUM)
    losses = []
    for _ in range(steps):
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(network(images), labels.long())
        loss.backward()
        optimizer.step()
        losses.append(loss.detach())
    return torch.stack(losses)


def export(network, images, path):
    torch.onnx.export(
        network.eval(), (images,), str(path), input_names=["images"], output_names=["logits"], opset_version=17,
        dynamo=False)


def make_pictures(materials):
    generator = numpy.random.default_rng(0)
    blots = Image.fromarray(generator.integers(0, 256, (12, 16, 3), dtype=numpy.uint8))
    replace(materials.photo, lambda path: blots.resize((640, 480), Image.Resampling.BICUBIC).save(path, quality=90))
    height, width = NETWORKS[ANSWER["model"]].image[1:]
    exact = blots.resize((width, height), Image.Resampling.BICUBIC)
    replace(materials.exact_picture, lambda path: exact.save(path))


def make(materials, workload):
    """The files of a workload that are not there yet."""
    model, infers = workload["model"], workload["mode"] == "infer"
    weights, batch = materials.weights(model), materials.batch(workload)
    expected, onnx = materials.expected(workload), materials.onnx(workload)
    if absent(weights):
        replace(weights, lambda path: save_file(random_weights(model), path))
    if absent(batch):
        replace(batch, lambda path: save_file(random_batch(model, workload["batch"]), path))
    tensors = load_file(batch)
    if absent(expected):
        network = networks.load(model, weights)
        steps = NETWORKS[model].checked_steps
        outputs = logits(network, tensors["images"]) if infers else first_losses(network, steps, **tensors)
        replace(expected, lambda path: save_file({"outputs": outputs}, path))
    if infers and absent(onnx):
        replace(onnx, lambda path: export(networks.load(model, weights), tensors["images"], path))


def main():
    materials = Materials(sys.argv[1])
    for workload in [*json.loads(sys.argv[2]), ANSWER]:
        make(materials, workload)
    if absent(materials.exact_picture):
        make_pictures(materials)


if __name__ == "__main__":
    main()
