import CFoveaCPU
import FoveaGraph

// The element-wise functions, one line each: the algorithm of oneDNN, or the hand-written kernel, that computes it. The
// same line serves the gradient.

extension ReLU: KernelElementwise {
    var kernel: fovea_activation { fovea_relu }
    var epilogue: Elementwise? { Elementwise(algorithm: dnnl_eltwise_relu) }
}
extension ReLU6: KernelElementwise {
    var kernel: fovea_activation { fovea_relu6 }
    var epilogue: Elementwise? { Elementwise(algorithm: dnnl_eltwise_bounded_relu, alpha: 6) }
}
extension HardSigmoid: KernelElementwise { var kernel: fovea_activation { fovea_hard_sigmoid } }
extension Exponential: KernelElementwise { var kernel: fovea_activation { fovea_exponential } }
extension Mish: KernelElementwise { var kernel: fovea_activation { fovea_mish } }
extension HardSwish: KernelElementwise {
    var kernel: fovea_activation { fovea_hard_swish }
    var epilogue: Elementwise? { Elementwise(algorithm: dnnl_eltwise_hardswish) }
}
extension LeakyReLU: KernelElementwise {
    var kernel: fovea_activation { fovea_leaky_relu }
    var parameter: Float { Float(negativeSlope) }
    // Without a slope oneDNN treats it as ReLU, which turns −∞ into 0 and not NaN.
    var epilogue: Elementwise? {
        parameter == 0 ? nil : Elementwise(algorithm: dnnl_eltwise_relu, alpha: parameter)
    }
}
extension ELU: KernelElementwise {
    var kernel: fovea_activation { fovea_elu }
    var parameter: Float { Float(alpha) }
    var epilogue: Elementwise? { Elementwise(algorithm: dnnl_eltwise_elu, alpha: parameter) }
}
extension Absolute: KernelElementwise { var kernel: fovea_activation { fovea_absolute } }

extension GELU: OneDNNElementwise { var oneDNN: Elementwise { Elementwise(algorithm: dnnl_eltwise_gelu_erf) } }
extension SiLU: OneDNNElementwise { var oneDNN: Elementwise { Elementwise(algorithm: dnnl_eltwise_swish, alpha: 1) } }
extension Sigmoid: OneDNNElementwise { var oneDNN: Elementwise { Elementwise(algorithm: dnnl_eltwise_logistic) } }
extension Tanh: OneDNNElementwise { var oneDNN: Elementwise { Elementwise(algorithm: dnnl_eltwise_tanh) } }
extension Softplus: OneDNNElementwise { var oneDNN: Elementwise { Elementwise(algorithm: dnnl_eltwise_soft_relu) } }
extension NaturalLogarithm: OneDNNElementwise { var oneDNN: Elementwise { Elementwise(algorithm: dnnl_eltwise_log) } }
extension SquareRoot: OneDNNElementwise { var oneDNN: Elementwise { Elementwise(algorithm: dnnl_eltwise_sqrt) } }
