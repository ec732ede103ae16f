"""Writes small NPY files with NumPy: some that Fovea reads, and some that it refuses.

    python script/pytorch/make_npy_goldens.py Tests/FoveaFormatsTests/Goldens

Needs numpy 2.
"""

import pathlib
import sys

import numpy
from numpy.lib import format as npy

VALUES = numpy.array([[0, -1.5, numpy.inf], [3.25, 1e-38, numpy.nan]], dtype="<f4")


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(exist_ok=True)
    arrays = {
        "matrix": (VALUES, (1, 0)),
        "version2": (VALUES, (2, 0)),
        "vector": (VALUES[1], (1, 0)),
        "scalar": (numpy.float32(7), (1, 0)),
        "empty": (VALUES[:0], (1, 0)),
        "version3": (VALUES, (3, 0)),
        "columns": (numpy.asfortranarray(VALUES), (1, 0)),
        "double": (VALUES.astype("<f8"), (1, 0)),
        "big_endian": (VALUES.astype(">f4"), (1, 0)),
        "objects": (numpy.array([{}], dtype=object), (1, 0)),
        "fields": (numpy.zeros(2, dtype=[("a", "<f4"), ("b", "<f4")]), (1, 0)),
    }
    for name, (array, version) in arrays.items():
        with open(folder / f"{name}.npy", "wb") as file:
            npy.write_array(file, numpy.asanyarray(array), version=version)


main()
