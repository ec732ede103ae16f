"""Writes what torchvision makes of two small pictures and of mixed batches, and PyTorch of soft targets; tests compare with it.

    python script/pytorch/make_augmentation_goldens.py Tests/FoveaDataTests/Goldens/augmentation.json \
        Tests/FoveaTrainingTests/Goldens/soft_targets.json

Needs torch 2.13, torchvision 0.28 and Pillow 13. Pictures go through torchvision's functions for Pillow's pictures; blur and
elastic, which torchvision computes on tensors for those too, do so here.
"""

import base64
import json
import pathlib
import sys

import numpy as np
import PIL
import torch
from PIL import Image


def import_torchvision():
    """torchvision from PyPI is built for PyTorch's CUDA build. Beside its CPU build the library of operators does not load,
    and importing stops at the first operator that is not there. None of them is needed here, so they are declared."""
    try:
        import torchvision
        return torchvision
    except RuntimeError:
        for name in [name for name in sys.modules if name.startswith("torchvision")]:
            del sys.modules[name]
        library = torch.library.Library("torchvision", "DEF")
        library.define("nms(Tensor a, Tensor b, float c) -> Tensor")
        library.define("qnms(Tensor a, Tensor b, float c) -> Tensor")
        for name in ("roi_align", "roi_pool", "ps_roi_align", "ps_roi_pool", "deform_conv2d"):
            for form in (name, f"_{name}_backward"):
                library.define(f"{form}(Tensor a) -> Tensor")
        import_torchvision.library = library
        import torchvision
        return torchvision


torchvision = import_torchvision()
from torchvision.transforms import InterpolationMode, autoaugment, v2  # noqa: E402
from torchvision.transforms import functional as F  # noqa: E402

NEAREST, BILINEAR = InterpolationMode.NEAREST, InterpolationMode.BILINEAR


def colour_picture():
    """14 rows and 17 columns: slopes, noise, a grey patch, and saturated corners."""
    rows, columns = np.mgrid[0:14, 0:17]
    noise = (rows * 7919 + columns * 104729) * 2654435761 % 4294967296 // 67108864
    red = rows * 13 + noise
    green = columns * 11 + noise // 2
    blue = 200 - rows * 5 + columns * 2 - noise
    picture = np.stack([red, green, blue], axis=-1)
    picture[4:7, 5:10] = 117
    picture[0, 0], picture[0, 16], picture[13, 0], picture[13, 16] = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)
    return Image.fromarray(np.clip(picture, 0, 255).astype(np.uint8))


def grey_picture():
    """11 rows and 11 columns that use only a part of the range."""
    rows, columns = np.mgrid[0:11, 0:11]
    noise = (rows * 7919 + columns * 104729) * 2654435761 % 4294967296 // 134217728
    return Image.fromarray((40 + rows * 5 + columns * 3 + noise).astype(np.uint8))


def pictures():
    return {"colour": colour_picture(), "grey": grey_picture()}


def encoded(array):
    return base64.b64encode(np.ascontiguousarray(array).tobytes()).decode()


def case(name, picture, operation, numbers=(), interpolation=None):
    """One operation on one picture, with the numbers that the test passes to it too."""
    result = np.asarray(operation(pictures()[picture]))
    record = {"operation": name, "picture": picture, "numbers": [float(number) for number in numbers]}
    if interpolation is not None:
        record["interpolation"] = interpolation.value
    return record | {"height": result.shape[0], "width": result.shape[1], "pixels": encoded(result)}


def each_picture(name, operation, numbers=(), interpolation=None):
    for picture in pictures():
        yield case(name, picture, operation, numbers, interpolation)


def colours():
    for factor in (0.0, 0.35, 1.0, 1.7, 3.1):
        yield from each_picture("brightness", lambda x, f=factor: F.adjust_brightness(x, f), [factor])
        yield from each_picture("contrast", lambda x, f=factor: F.adjust_contrast(x, f), [factor])
        yield from each_picture("saturation", lambda x, f=factor: F.adjust_saturation(x, f), [factor])
        yield from each_picture("sharpness", lambda x, f=factor: F.adjust_sharpness(x, f), [factor])
    for factor in (-0.5, -0.13, 0.0, 0.04, 0.31):
        yield from each_picture("hue", lambda x, f=factor: F.adjust_hue(x, f), [factor])
    for bits in (1, 3, 8):
        yield from each_picture("posterize", lambda x, b=bits: F.posterize(x, b), [bits])
    for threshold in (0, 100.5, 128, 255):
        yield from each_picture("solarize", lambda x, t=threshold: F.solarize(x, t), [threshold])
    yield from each_picture("invert", F.invert)
    yield from each_picture("autocontrast", F.autocontrast)
    yield from each_picture("equalize", F.equalize)
    yield case("grayscale", "colour", lambda x: F.to_grayscale(x, 3))


def geometry():
    yield from each_picture("hflip", F.hflip)
    yield from each_picture("vflip", F.vflip)
    yield from each_picture("pad", lambda x: F.pad(x, 3), [3])
    # First row and column, rows and columns of the region, and of the result.
    for numbers in ((0, 0, 11, 11, 7, 5), (2, 3, 8, 6, 12, 9), (1, 0, 9, 10, 3, 13), (4, 4, 1, 7, 6, 2)):
        yield from each_picture(
            "resized_crop", lambda x, n=numbers: F.resized_crop(x, *n[:4], list(n[4:]), BILINEAR), numbers)
    for mode in (NEAREST, BILINEAR):
        for angle in (-137.0, -30.0, 0.0, 12.5, 90.0, 180.0, 270.0):
            yield from each_picture("rotate", lambda x, a=angle, m=mode: F.rotate(x, a, m), [angle], mode)
        # Angle in degrees, translation in columns and rows, scale, shear in degrees along columns and rows.
        for numbers in (
            (0.0, 0, 0, 1.0, 0.0, 0.0), (0.0, 3, -2, 1.0, 0.0, 0.0), (0.0, 0, 0, 1.4, 0.0, 0.0), (25.0, 0, 0, 0.8, 0.0, 0.0),
            (-40.0, 2, 5, 1.3, 15.0, -8.0), (0.0, 0, 0, 1.0, 30.0, 0.0), (0.0, 0, 0, 1.0, 0.0, -20.0),
        ):
            angle, x, y, scale, *shear = numbers
            yield from each_picture(
                "affine",
                lambda p, a=angle, t=(x, y), s=scale, h=tuple(shear), m=mode: F.affine(p, a, t, s, h, m), numbers, mode)
        # The corners' columns and rows after the change, from the top left clockwise.
        for picture, corners in (
            ("colour", (0, 0, 16, 0, 16, 13, 0, 13)), ("colour", (3, 2, 14, 3, 15, 11, 2, 12)),
            ("colour", (4, 0, 16, 3, 12, 13, 0, 8)), ("grey", (2, 1, 9, 2, 8, 9, 0, 10)),
        ):
            width, height = pictures()[picture].size
            start = [[0, 0], [width - 1, 0], [width - 1, height - 1], [0, height - 1]]
            end = [list(corners[i:i + 2]) for i in range(0, 8, 2)]
            yield case(
                "perspective", picture, lambda x, s=start, e=end, m=mode: F.perspective(x, s, e, m, fill=0), corners, mode)


def filters():
    for size, sigma in ((3, 0.4), (5, 1.1), (9, 2.0)):
        yield from each_picture("blur", lambda x, k=size, s=sigma: F.gaussian_blur(x, [k, k], [s, s]), [size, sigma])
    for picture, (width, height) in {name: picture.size for name, picture in pictures().items()}.items():
        for mode in (BILINEAR, NEAREST):
            # Displacements in columns and in rows, of each pixel; none ends in the middle between two.
            generator = torch.Generator().manual_seed(5)
            steps = torch.randint(-32, 33, [2, height, width], generator=generator) / 8 + 1 / 16
            field = torch.stack([steps[0] * 2 / width, steps[1] * 2 / height], dim=-1)[None]
            yield case(
                "elastic", picture, lambda x, f=field, m=mode: F.elastic_transform(x, f, m, [0.0]),
                steps.flatten().tolist(), mode)


def policies():
    """The tables of magnitudes for pictures of 14 rows and 17 columns, and the policies."""
    def table(space):
        return {
            name: {"magnitudes": values.flatten().tolist() if values.ndim else [], "signed": signed}
            for name, (values, signed) in space.items()}

    size = (14, 17)
    learned = {
        name: [
            [[name, p, -1 if bin is None else bin] for name, p, bin in pair]
            for pair in autoaugment.AutoAugment(policy).policies]
        for name, policy in (
            ("imagenet", autoaugment.AutoAugmentPolicy.IMAGENET), ("cifar10", autoaugment.AutoAugmentPolicy.CIFAR10))}
    return {
        "auto": table(autoaugment.AutoAugment()._augmentation_space(10, size)),
        "rand": table(autoaugment.RandAugment()._augmentation_space(31, size)),
        "trivial": table(autoaugment.TrivialAugmentWide()._augmentation_space(31)),
        "augmix": table(autoaugment.AugMix()._augmentation_space(10, size)),
        "learned": learned,
    }


def applied():
    """Each operation of the policies on the colour picture, nearest pixels, with a magnitude."""
    magnitudes = {
        "Identity": 0.0, "ShearX": 0.21, "ShearY": -0.3, "TranslateX": 7.9, "TranslateY": -4.6, "Rotate": -17.0,
        "Brightness": 0.63, "Color": -0.45, "Contrast": 0.9, "Sharpness": -0.81, "Posterize": 5.0, "Solarize": 141.7, "AutoContrast": 0.0,
        "Equalize": 0.0, "Invert": 0.0}
    for name, magnitude in magnitudes.items():
        yield case(name, "colour", lambda x, n=name, m=magnitude: autoaugment._apply_op(x, n, m, NEAREST, None), [magnitude])


def mixes():
    """Mixed batches: three images of 2×4×5, of classes 2, 0, 2 of 4."""
    images = torch.arange(120).reshape(3, 2, 4, 5).float() / 8
    labels = torch.tensor([2, 0, 2])
    for name, transform, settings in (
        ("mixup", v2.MixUp(num_classes=4), {"lam": 0.3}),
        ("cutmix", v2.CutMix(num_classes=4), {"box": (1, 0, 4, 3), "lam_adjusted": 1 - 9 / 20}),
    ):
        parameters = settings | {"labels": labels, "batch_size": 3}
        yield {
            "kind": name, "lambda": settings.get("lam"), "box": settings.get("box"),
            "images": transform.transform(images, parameters).flatten().tolist(),
            "targets": transform.transform(labels, parameters).flatten().tolist(),
        }


def cross_entropies():
    """PyTorch's cross-entropy from probabilities, and its gradient: 4 examples of 5 classes."""
    generator = torch.Generator().manual_seed(3)
    logits = (torch.randn([4, 5], generator=generator, dtype=torch.float64) * 3).float()
    targets = torch.tensor([[1, 0, 0, 0, 0], [0.25, 0, 0.75, 0, 0], [0, 0, 0, 0.5, 0.5], [0.1, 0.2, 0.3, 0.4, 0]])
    for smoothing in (0.0, 0.1):
        given = logits.double().requires_grad_()
        loss = torch.nn.functional.cross_entropy(given, targets.double(), label_smoothing=smoothing)
        loss.backward()
        yield {
            "label_smoothing": smoothing, "logits": logits.flatten().tolist(), "targets": targets.flatten().tolist(),
            "loss": loss.item(), "gradient": given.grad.flatten().tolist()}


def write(path, content):
    """One line for each case."""
    made_by = (
        f"script/pytorch/make_augmentation_goldens.py with PyTorch {torch.__version__}, torchvision "
        f"{torchvision.__version__}, Pillow {PIL.__version__}")
    parts = [f' "made_by": {json.dumps(made_by)}']
    for name, value in content.items():
        text = json.dumps(value)
        if isinstance(value, list):
            text = "[\n" + ",\n".join(f"  {json.dumps(item)}" for item in value) + "\n ]"
        parts.append(f' "{name}": {text}')
    path = pathlib.Path(path)
    path.parent.mkdir(exist_ok=True)
    path.write_text("{\n" + ",\n".join(parts) + "\n}\n")


def main():
    write(sys.argv[1], {
        "pictures": {
            name: {"height": picture.size[1], "width": picture.size[0], "pixels": encoded(np.asarray(picture))}
            for name, picture in pictures().items()},
        "cases": [*colours(), *geometry(), *filters()],
        "policy_cases": [*applied()],
        "policies": policies(),
        "mixes": [*mixes()],
    })
    write(sys.argv[2], {"cases": [*cross_entropies()]})


if __name__ == "__main__":
    main()
