import CFoveaCPU
import FoveaGraph

// The element-wise functions, one line each: which of oneDNN's algorithms, or which loop of our own, computes it. The same
// line serves the gradient.

extension ReLU: KernelElementwise { var kernel: fovea_activation { fovea_relu } }
