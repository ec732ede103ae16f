"""What a Python program does to say what is on one picture, with ONNX Runtime; prints as `fovea predict --json` does.

    python first_answer.py MODEL.onnx PICTURE THREADS '{"size": […], "mean": […], "deviation": […]}'
"""

import json
import sys

import numpy
import onnxruntime
from PIL import Image

model, picture, threads, preparation = sys.argv[1:]
preparation = json.loads(preparation)
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = int(threads)
session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
image = Image.open(picture).convert("RGB").resize(preparation["size"], Image.Resampling.BILINEAR)
pixels = numpy.asarray(image, numpy.float32) / 255
pixels = (pixels - numpy.float32(preparation["mean"])) / numpy.float32(preparation["deviation"])
(logits,) = session.run(None, {"images": numpy.ascontiguousarray(pixels.transpose(2, 0, 1)[None])})
powers = numpy.exp(logits[0] - logits[0].max())
probabilities = powers / powers.sum()
best = numpy.argsort(-probabilities)[:3]
predictions = [{"class": str(index), "probability": float(probabilities[index])} for index in best]
print(json.dumps([{"input": picture, "predictions": predictions}]))
