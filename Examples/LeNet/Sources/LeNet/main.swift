import Fovea

// LeNet-5 (LeCun et al., 1998) with ReLU and max pooling. Sizes are nowhere: the trace finds them.
let lenet5 = Sequential {
    Conv2D(6, kernel: 5, padding: 2)
    ReLU()
    MaxPool2D(2)
    Conv2D(16, kernel: 5)
    ReLU()
    MaxPool2D(2)
    Flatten()
    Dense(120)
    ReLU()
    Dense(84)
    ReLU()
    Dense(10)
}

let digits = try Glyphs().splits()
let preprocessing = try Preprocessing(fittedTo: digits.training)
let trainer = try await Trainer(
    lenet5, input: [1, 28, 28], optimizer: SGD(learningRate: 0.05, momentum: 0.9), device: ComputeDevice.auto.open())
let plan = TrainingPlan(epochs: 3, batchSize: 64)
for try await event in try trainer.fit(
    digits.training, validation: digits.test, preprocessing: preprocessing, plan: plan)
{
    if case .epoch(let report) = event {
        print("epoch \(report.epoch): loss \(report.trainLoss), accuracy \(report.validationAccuracy ?? 0)")
    }
}
