import CFoveaCPU
import FoveaGraph

// The element-wise functions, one line each: which of oneDNN's algorithms, or which loop of our own, computes it. The same
// line serves the gradient.

extension ReLU: KernelElementwise {
    var kernel: fovea_activation { fovea_relu }
    var epilogue: Elementwise? { Elementwise(algorithm: dnnl_eltwise_relu) }
    // With slope 0 oneDNN turns NaN into 0; with this one, numbers below 0 become as good as 0 and NaN stays.
    var trainingEpilogue: Elementwise? { Elementwise(algorithm: dnnl_eltwise_relu, alpha: 1e-30) }
}
extension ReLU6: KernelElementwise {
    var kernel: fovea_activation { fovea_relu6 }
    var epilogue: Elementwise? { Elementwise(algorithm: dnnl_eltwise_bounded_relu, alpha: 6) }
    // It turns NaN into 0.
    var trainingEpilogue: Elementwise? { nil }
}
extension HardSigmoid: KernelElementwise { var kernel: fovea_activation { fovea_hard_sigmoid } }
extension Exponential: KernelElementwise { var kernel: fovea_activation { fovea_exponential_function } }
extension Mish: KernelElementwise { var kernel: fovea_activation { fovea_mish } }
extension HardSwish: KernelElementwise {
    var kernel: fovea_activation { fovea_hard_swish }
    var epilogue: Elementwise? { Elementwise(algorithm: dnnl_eltwise_hardswish) }
}

extension LeakyReLU: OneDNNElementwise {
    var oneDNN: Elementwise { Elementwise(algorithm: dnnl_eltwise_relu, alpha: Float(negativeSlope)) }
}
extension ELU: OneDNNElementwise {
    var oneDNN: Elementwise { Elementwise(algorithm: dnnl_eltwise_elu, alpha: Float(alpha)) }
}
extension GELU: OneDNNElementwise { var oneDNN: Elementwise { Elementwise(algorithm: dnnl_eltwise_gelu_erf) } }
extension SiLU: OneDNNElementwise { var oneDNN: Elementwise { Elementwise(algorithm: dnnl_eltwise_swish, alpha: 1) } }
extension Sigmoid: OneDNNElementwise { var oneDNN: Elementwise { Elementwise(algorithm: dnnl_eltwise_logistic) } }
extension Tanh: OneDNNElementwise { var oneDNN: Elementwise { Elementwise(algorithm: dnnl_eltwise_tanh) } }
extension Softplus: OneDNNElementwise { var oneDNN: Elementwise { Elementwise(algorithm: dnnl_eltwise_soft_relu) } }
extension NaturalLogarithm: OneDNNElementwise { var oneDNN: Elementwise { Elementwise(algorithm: dnnl_eltwise_log) } }
extension SquareRoot: OneDNNElementwise { var oneDNN: Elementwise { Elementwise(algorithm: dnnl_eltwise_sqrt) } }
extension Absolute: OneDNNElementwise { var oneDNN: Elementwise { Elementwise(algorithm: dnnl_eltwise_abs) } }
