"""OpenVINO on the CPU, tuned for latency, computing in f32."""

import openvino
from safetensors.numpy import load_file


class Job:
    def __init__(self, workload, setting, threads, materials):
        compiled = openvino.Core().compile_model(
            materials.onnx(workload), "CPU",
            {
                "PERFORMANCE_HINT": "LATENCY",
                "INFERENCE_PRECISION_HINT": "f32",
                "INFERENCE_NUM_THREADS": 1 if "one thread" in setting else threads,
            })
        request = compiled.create_infer_request()
        self.images = load_file(materials.batch(workload))["images"]
        request.set_input_tensor(openvino.Tensor(self.images, shared_memory=True))
        self.request = request
        # Without arguments it computes from the tensor that was set. Outputs are shared, not copied.
        self.step = lambda: request.infer(share_outputs=True)

    def outputs(self):
        return self.request.get_output_tensor(0).data.ravel().tolist()
