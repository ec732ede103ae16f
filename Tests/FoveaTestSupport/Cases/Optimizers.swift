import FoveaGraph

extension OperationCase {
    static func optimizers() -> [OperationCase] {
        let shapes: [Shape] = [[1], [17], [16, 3, 3, 3], [10, 84]]
        let rate = OperandDraw([], .constant(0.1))
        let descents = [
            SGDUpdate(), SGDUpdate(weightDecay: 0.01), SGDUpdate(momentum: 0.9),
            SGDUpdate(momentum: 0.9, weightDecay: 0.01), SGDUpdate(momentum: 0.9, nesterov: true, weightDecay: 0.01),
        ]
        let adams = [
            AdamUpdate(), AdamUpdate(beta1: 0.5, beta2: 0.99, epsilon: 1e-3, weightDecay: 0.1),
            AdamUpdate(weightDecay: 0.1, decoupledWeightDecay: true),
        ]
        return shapes.flatMap { shape in
            let tensor = OperandDraw(shape)
            return descents.map { update in
                OperationCase(update, [tensor, tensor, rate] + (update.momentum == 0 ? [] : [tensor]), scale: .element)
            }
                + [0, 0.01, 1].map { rate in
                    OperationCase(
                        AverageUpdate(), [tensor, tensor, OperandDraw([], .constant(rate))], scale: .element)
                }
                + adams.flatMap { update in
                    [1.0, 1000].map { step in
                        OperationCase(
                            update,
                            [
                                tensor, tensor, rate, OperandDraw([], .constant(step)), tensor,
                                OperandDraw(shape, .positive),
                            ],
                            scale: .element)
                    }
                }
        }
    }
}
