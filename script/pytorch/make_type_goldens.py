"""Writes files that hold tensors of every element type, and what PyTorch computes in bfloat16, for the tests to compare with.

    python script/pytorch/make_type_goldens.py Tests/FoveaTrainingTests/Goldens

Needs torch 2.13, safetensors 0.8 and numpy.
"""

import pathlib
import sys

import torch
from safetensors.torch import save_file


def bits(patterns, dtype):
    """The numbers of 16 bits that these patterns are, NaN with its bits included."""
    return torch.tensor(patterns, dtype=torch.int32).to(torch.int16).view(dtype)


def every_type():
    """Zeros of both signs, the smallest and largest numbers, infinities, NaN, and the bounds of integers."""
    return {
        "f32": torch.tensor([0.0, -0.0, 1 / 3, 1e-45, 3.4e38, float("-inf"), float("nan")]),
        "f64": torch.tensor([[1 / 3], [-5e-324]], dtype=torch.float64),
        "f16": bits([0, 0x8000, 0x0001, 0x03FF, 0x3555, 0x7BFF, 0xFC00, 0x7E01], torch.float16),
        "bf16": bits([0, 0x8000, 0x0001, 0x007F, 0x3EAB, 0x7F7F, 0xFF80, 0x7FC1], torch.bfloat16),
        "i8": torch.tensor([-128, -1, 0, 127], dtype=torch.int8),
        "u8": torch.tensor([0, 255], dtype=torch.uint8),
        "i32": torch.tensor([-(2**31), 2**31 - 1], dtype=torch.int32),
        "i64": torch.tensor(-(2**63), dtype=torch.int64),
        "bool": torch.tensor([[True, False, True]]),
        "empty": torch.zeros((0, 3), dtype=torch.bfloat16),
    }


def bfloat16_step():
    """A convolution, its rectifier, average pooling, a dense layer and the loss, forward and backward, all in bfloat16."""
    generator = torch.Generator().manual_seed(1)

    def noise(*shape, scale=1.0):
        return (scale * torch.randn(shape, generator=generator)).to(torch.bfloat16)

    images, labels = noise(4, 2, 8, 8), torch.tensor([0, 3, 1, 4])
    parameters = {
        "conv.weight": noise(6, 2, 3, 3, scale=0.3),
        "conv.bias": noise(6, scale=0.1),
        "fc.weight": noise(5, 96, scale=0.15),
        "fc.bias": noise(5, scale=0.1),
    }
    for tensor in parameters.values():
        tensor.requires_grad_()
    conv = torch.nn.functional.conv2d(images, parameters["conv.weight"], parameters["conv.bias"], padding=1)
    pooled = torch.nn.functional.avg_pool2d(torch.relu(conv), 2)
    logits = torch.nn.functional.linear(pooled.flatten(1), parameters["fc.weight"], parameters["fc.bias"])
    loss = torch.nn.functional.cross_entropy(logits, labels)
    for tensor in (conv, logits):
        tensor.retain_grad()
    loss.backward()
    results = {"conv": conv, "pooled": pooled, "logits": logits, "loss": loss}
    differentiated = parameters | {"conv": conv, "logits": logits}
    gradients = {f"gradient.{name}": tensor.grad for name, tensor in differentiated.items()}
    inputs = {"images": images, "labels": labels.to(torch.int32)}
    return {name: tensor.detach().contiguous() for name, tensor in (inputs | parameters | results | gradients).items()}


def main():
    folder = pathlib.Path(sys.argv[1])
    torch.set_num_threads(1)
    made_by = {"made_by": f"script/pytorch/make_type_goldens.py with PyTorch {torch.__version__}"}
    save_file(every_type(), folder / "types.safetensors", made_by)
    save_file(bfloat16_step(), folder / "bfloat16.safetensors", made_by)


if __name__ == "__main__":
    main()
