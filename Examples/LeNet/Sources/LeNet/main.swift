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

// What was learned is kept in a new folder: the first argument, or `lenet5`. Another program that has the network's Swift
// value opens it the same way.
let folder = CommandLine.arguments.dropFirst().first ?? "lenet5"
try await trainer.save(to: folder, classNames: digits.training.classNames, preprocessing: preprocessing)

let saved = try SavedNetwork(lenet5, from: folder)
let classifier = try await Classifier(saved, device: ComputeDevice.auto.open())
if let test = digits.test {
    let evaluation = try await classifier.evaluate(test, preprocessing: saved.preprocessing)
    let digit = try test.batch([0], preprocessing: saved.preprocessing).images
    let best = try await classifier.logits(digit).predictions(limit: 1)[0][0]
    print("accuracy \(evaluation.accuracy); the first digit is \(saved.classNames[best.index])")
}
