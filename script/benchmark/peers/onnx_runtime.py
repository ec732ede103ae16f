"""ONNX Runtime with all graph optimizations, its arrays bound in advance or passed with each call."""

import onnxruntime
from safetensors.numpy import load_file


class Job:
    def __init__(self, workload, setting, threads, materials):
        options = onnxruntime.SessionOptions()
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
        options.intra_op_num_threads = 1 if "one thread" in setting else threads
        options.inter_op_num_threads = 1
        session = onnxruntime.InferenceSession(
            materials.onnx(workload), options, providers=["CPUExecutionProvider"])
        images = load_file(materials.batch(workload))["images"]
        if "bound" in setting:
            self.bind(session, images)
        else:
            self.step = lambda: self.call(session, images)

    def call(self, session, images):
        self.result = session.run(None, {"images": images})[0]

    def bind(self, session, images):
        binding = session.io_binding()
        binding.bind_ortvalue_input("images", onnxruntime.OrtValue.ortvalue_from_numpy(images))
        logits = onnxruntime.OrtValue.ortvalue_from_shape_and_type(
            session.get_outputs()[0].shape, images.dtype.type, "cpu")
        binding.bind_ortvalue_output("logits", logits)
        self.binding = binding
        self.step = lambda: session.run_with_iobinding(binding)
        self.result = logits

    def outputs(self):
        result = self.result.numpy() if isinstance(self.result, onnxruntime.OrtValue) else self.result
        return result.ravel().tolist()
