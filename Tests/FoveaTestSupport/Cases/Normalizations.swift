import FoveaGraph

extension OperationCase {
    static func normalizations() throws -> [OperationCase] {
        let shapes: [Shape] = [
            [2, 3, 4, 5], [4, 1, 3, 3], [3, 16, 4, 4], [2, 17, 5, 5], [1, 3, 6, 7], [8, 17], [16, 1],
            [4, 3, 7], [2, 16, 9], [1, 17, 12], [2, 3, 2, 3, 4], [3, 16, 2, 2, 3], [2, 3, 2, 1, 3, 2],
        ]
        let batch = shapes.flatMap { shape in
            let perChannel: Shape = [shape[1]]
            return [1e-5, 1e-3].flatMap { epsilon in
                [
                    OperationCase(
                        BatchNormalization(epsilon: epsilon),
                        [OperandDraw(shape, .normal(deviation: 2)), OperandDraw(perChannel), OperandDraw(perChannel)],
                        differentiable: [0, 1, 2]),
                    OperationCase(
                        BatchNormalizationInference(epsilon: epsilon),
                        [OperandDraw(shape)] + Array(repeating: OperandDraw(perChannel), count: 3) + [
                            OperandDraw(perChannel, .positive)
                        ], differentiable: [0, 1, 2, 3, 4]),
                ]
            }
        }
        let masks = try [(0.0, [5]), (0.5, [2, 3, 5, 7]), (0.25, [4, 9]), (0.999, [100])].enumerated().map {
            index, mask in
            OperationCase(
                try RandomMask(rate: mask.0, shape: Shape(mask.1), stream: index), [OperandDraw([2], .words)])
        }
        let averages = [(0.1, 1.0), (0.25, 1.5), (1, 1)].map { momentum, correction in
            OperationCase(
                MovingAverage(momentum: momentum, correction: correction), [OperandDraw([17]), OperandDraw([17])])
        }
        // The last is large enough for several threads, and for parts of sums.
        return batch + masks + averages + foldings() + fusedNormalizations(shapes + [[3, 18, 48, 50]])
    }

    /// Few and many filters, of one number and of many; the last is large enough for several threads.
    private static func foldings() -> [OperationCase] {
        let shapes: [Shape] = [[1, 1, 1, 1], [3, 2, 3, 3], [17, 1, 5, 1], [8, 16], [5], [24, 160, 3, 3]]
        return shapes.flatMap { filters in
            let perFilter = OperandDraw([filters[0]])
            return [false, true].map { hasBias in
                OperationCase(
                    NormalizationFolding(epsilon: 1e-3, hasBias: hasBias),
                    [OperandDraw(filters), perFilter, perFilter, perFilter, OperandDraw([filters[0]], .positive)]
                        + (hasBias ? [perFilter] : []))
            }
        }
    }

    private static func fusedNormalizations(_ shapes: [Shape]) -> [OperationCase] {
        let rectifiers: [(any Rectifier)?] = [nil, ReLU(), ReLU6()]
        return shapes.flatMap { shape in
            let (x, perChannel) = (OperandDraw(shape, .normal(deviation: 2)), OperandDraw([shape[1]]))
            let statistics = [perChannel, perChannel, OperandDraw([shape[1]], .positive)]
            return rectifiers.enumerated().flatMap { index, rectifier in
                let forward = [false, true].map { addsResidual in
                    OperationCase(
                        FusedBatchNormalization(epsilon: 1e-3, addsResidual: addsResidual, rectifier: rectifier),
                        [x, perChannel, perChannel] + (addsResidual ? [x] : []))
                }
                let backward = [0, 1, 2, 3].map { turn in
                    let recomputes = turn.isMultiple(of: 2) && rectifier != nil
                    // Where they are given, a rectifier's results and its bounds, or any numbers.
                    let results = OperandDraw(shape, turn == 1 ? .extreme : .normal(deviation: 4))
                    let (addsUpstream, givesUpstream) = (turn >= 2, (turn + index).isMultiple(of: 3))
                    return OperationCase(
                        FusedBatchNormalizationGradient(
                            epsilon: 1e-3, rectifier: rectifier, recomputesResult: recomputes,
                            addsUpstream: addsUpstream, givesUpstream: givesUpstream),
                        [x] + statistics + (rectifier == nil ? [] : [recomputes ? perChannel : results])
                            + Array(repeating: OperandDraw(shape), count: addsUpstream ? 2 : 1))
                }
                let again = OperationCase(
                    FusedBatchNormalizationInference(
                        epsilon: 1e-3, activation: rectifier.map { FusedActivation($0) }),
                    [x, perChannel, perChannel] + statistics.dropFirst())
                return forward + backward + [again]
            }
        }
    }
}
