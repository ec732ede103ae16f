"""PyTorch, eager or compiled, contiguous or channels last, with its fused optimizer."""

import os

import torch
from safetensors.torch import load_file

import networks
from workloads import MOMENTUM, RATE


class Job:
    def __init__(self, workload, setting, threads, materials):
        torch.set_num_threads(threads)
        if os.environ.get("ATEN_CPU_CAPABILITY") == "avx2":
            # The code that it compiles asks the processor, not the variable.
            from torch._inductor import config
            config.cpp.simdlen = 256
        self.compiles = "compiled" in setting
        layout = torch.channels_last if "channels-last" in setting else torch.contiguous_format
        batch = load_file(materials.batch(workload))
        self.images = batch["images"].contiguous(memory_format=layout)
        self.labels = batch["labels"].long()
        self.network = networks.load(workload["model"], materials.weights(workload["model"]))
        self.network.to(memory_format=layout)
        if workload["mode"] == "train":
            self.prepare_training()
        else:
            self.prepare_inference()

    def prepare_training(self):
        network = self.network.train()
        optimizer = torch.optim.SGD(network.parameters(), lr=RATE, momentum=MOMENTUM, fused=True)

        def loss_of(images, labels):
            return torch.nn.functional.cross_entropy(network(images), labels)

        loss_function = torch.compile(loss_of) if self.compiles else loss_of

        def step():
            optimizer.zero_grad(set_to_none=True)
            loss = loss_function(self.images, self.labels)
            loss.backward()
            optimizer.step()
            self.result = loss.detach()

        self.step = step

    def prepare_inference(self):
        network = self.network.eval()
        # Freezing folds the weights into the code: normalizations into convolutions, filters into their best layout.
        function = torch.compile(network, options={"freezing": True}) if self.compiles else network
        # Entered for good: a worker does nothing else.
        torch.inference_mode().__enter__()

        def step():
            self.result = function(self.images)

        self.step = step

    def outputs(self):
        return self.result.flatten().tolist()
