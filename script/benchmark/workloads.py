"""What is measured, and what is asked of Fovea."""

from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Network:
    title: str
    image: tuple[int, int, int] = (3, 224, 224)
    classes: int = 1000
    has_dropout: bool = False
    # The first losses of a training that are compared. Each step multiplies the differences that rounding makes, in deep
    # networks with small batches by a hundred and more.
    checked_steps: int = 3


NETWORKS = {
    "resnet18": Network("ResNet-18"),
    "resnet50": Network("ResNet-50"),
    "mobilenet_v2": Network("MobileNetV2", has_dropout=True, checked_steps=2),
    "squeezenet1_1": Network("SqueezeNet 1.1", has_dropout=True),
    "lenet5": Network("LeNet-5", image=(1, 28, 28), classes=10),
}


@dataclass(frozen=True)
class Workload:
    mode: str
    model: str
    batch: int
    # How many times as fast as the best peer.
    at_least: float
    aim: float
    # Part of --quick.
    quick: bool = False
    # The largest peak memory relative to PyTorch's that is asked for.
    memory_at_most: float | None = None

    @property
    def network(self):
        return NETWORKS[self.model]

    @property
    def name(self):
        return f"{self.mode} {self.model} batch {self.batch}"

    @property
    def title(self):
        return f"{self.network.title}, batch {self.batch}"

    def request(self):
        return {key: value for key, value in asdict(self).items() if key in ("mode", "model", "batch")}


WORKLOADS = [
    Workload("train", "resnet18", 16, at_least=1.6, aim=2.0, quick=True, memory_at_most=0.7),
    Workload("train", "resnet50", 8, at_least=1.25, aim=1.5, memory_at_most=0.7),
    Workload("train", "mobilenet_v2", 16, at_least=1.4, aim=2.0, quick=True, memory_at_most=0.7),
    Workload("train", "squeezenet1_1", 16, at_least=1.4, aim=1.8),
    Workload("train", "lenet5", 64, at_least=2.5, aim=4.0, quick=True),
    Workload("infer", "resnet18", 1, at_least=1.4, aim=1.7, quick=True),
    Workload("infer", "resnet18", 16, at_least=1.4, aim=1.7),
    Workload("infer", "resnet50", 1, at_least=1.1, aim=1.3, quick=True),
    Workload("infer", "resnet50", 16, at_least=1.1, aim=1.3),
    Workload("infer", "mobilenet_v2", 1, at_least=1.0, aim=1.2, quick=True),
    Workload("infer", "mobilenet_v2", 16, at_least=1.0, aim=1.2),
    Workload("infer", "squeezenet1_1", 1, at_least=1.1, aim=1.3, quick=True),
    Workload("infer", "squeezenet1_1", 16, at_least=1.1, aim=1.3),
    Workload("infer", "lenet5", 1, at_least=1.0, aim=1.5, quick=True),
    Workload("infer", "lenet5", 128, at_least=1.0, aim=1.5),
]

THREADS = 2
RATE, MOMENTUM = 0.01, 0.9
# The largest difference of outputs, relative to the largest of them, that counts as the same.
TOLERANCE = 1e-3

# One picture from the start of a process to its answer: Fovea's time relative to Python with ONNX Runtime.
ANSWER = {"mode": "infer", "model": "mobilenet_v2", "batch": 1}
ANSWER_AT_MOST = 0.25
