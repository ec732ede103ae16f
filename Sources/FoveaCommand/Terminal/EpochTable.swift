import FoveaFormats

/// One line per epoch, in columns that are fixed before the first.
struct EpochTable {
    let hasValidation: Bool
    /// False where the network answers with numbers.
    var hasAccuracy = true
    /// What a second's examples are: `images`.
    var examples = "images"

    private var columns: [(title: String, value: (EpochMetrics) -> String)] {
        let validation: [(title: String, value: (EpochMetrics) -> String)] =
            [
                ("val_loss", { $0.validationLoss?.fourDecimals ?? "" })
            ] + (hasAccuracy ? [("val_accuracy", { $0.validationAccuracy?.percent ?? "" })] : [])
        return [
            ("epoch", { $0.epoch.grouped }),
            ("train_loss", { $0.trainLoss?.fourDecimals ?? "" }),
        ] + (hasAccuracy ? [("train_accuracy", { $0.trainAccuracy?.percent ?? "" })] : [])
            + (hasValidation ? validation : []) + [
                ("data_wait", { $0.dataWait.percent }),
                ("\(examples)/s", { $0.imagesPerSecond.groupedWhole }),
                ("time", { $0.seconds.duration }),
            ]
    }

    var header: String { line { $0.title } }

    func row(_ metrics: EpochMetrics) -> String { line { $0.value(metrics) } }

    private func line(_ cell: ((title: String, value: (EpochMetrics) -> String)) -> String) -> String {
        columns.map { column in
            cell(column).rightAligned(max(column.title.count, 8))
        }.joined(separator: "  ")
    }
}
