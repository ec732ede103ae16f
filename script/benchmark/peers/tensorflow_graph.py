"""TensorFlow training LeNet-5 as one graph, channels last as it prefers, with or without XLA."""

import numpy
import tensorflow
from safetensors.numpy import load_file

from workloads import MOMENTUM, RATE


def lenet5(weights, images):
    convolve, pool, relu = tensorflow.nn.conv2d, tensorflow.nn.max_pool2d, tensorflow.nn.relu
    x = pool(relu(convolve(images, weights["conv1.weight"], 1, "SAME") + weights["conv1.bias"]), 2, 2, "VALID")
    x = pool(relu(convolve(x, weights["conv2.weight"], 1, "VALID") + weights["conv2.bias"]), 2, 2, "VALID")
    x = tensorflow.reshape(x, [x.shape[0], -1])
    x = relu(x @ weights["fc1.weight"] + weights["fc1.bias"])
    x = relu(x @ weights["fc2.weight"] + weights["fc2.bias"])
    return x @ weights["fc3.weight"] + weights["fc3.bias"]


def channels_last(name, tensor):
    """The weights as TensorFlow orders them."""
    if tensor.ndim == 4:
        return tensor.transpose(2, 3, 1, 0)
    if name == "fc1.weight":
        return tensor.reshape(120, 16, 5, 5).transpose(2, 3, 1, 0).reshape(400, 120)
    return tensor.T


class Job:
    def __init__(self, workload, setting, threads, materials):
        assert workload["model"] == "lenet5" and workload["mode"] == "train"
        tensorflow.config.threading.set_intra_op_parallelism_threads(threads)
        tensorflow.config.threading.set_inter_op_parallelism_threads(threads if "inter-op" in setting else 1)
        batch = load_file(materials.batch(workload))
        images = tensorflow.constant(numpy.moveaxis(batch["images"], 1, 3))
        labels = tensorflow.constant(batch["labels"])
        weights = {
            name: tensorflow.Variable(channels_last(name, tensor))
            for name, tensor in load_file(materials.weights(workload["model"])).items()
        }
        slots = {name: tensorflow.Variable(tensorflow.zeros_like(weight)) for name, weight in weights.items()}

        @tensorflow.function(jit_compile="XLA" in setting)
        def train(images, labels):
            with tensorflow.GradientTape() as tape:
                losses = tensorflow.nn.sparse_softmax_cross_entropy_with_logits(labels, lenet5(weights, images))
                loss = tensorflow.reduce_mean(losses)
            for name, gradient in tape.gradient(loss, weights).items():
                tensorflow.raw_ops.ResourceApplyMomentum(
                    var=weights[name].handle, accum=slots[name].handle, lr=RATE, grad=gradient, momentum=MOMENTUM)
            return loss

        def step():
            self.result = train(images, labels)

        self.step = step

    def outputs(self):
        return [float(self.result)]
