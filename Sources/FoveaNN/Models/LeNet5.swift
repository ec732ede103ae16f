public import FoveaGraph

/// LeNet-5 with rectifiers and max pooling: two convolutions, three fully connected layers.
///
/// Input [N, 1, 28, 28] (padded by 2 to the paper's 32×32), or any image of at least 12×12; 61,706 parameters for 28×28
/// grey images and ten classes.
///
/// Source: LeCun et al., "Gradient-Based Learning Applied to Document Recognition", 1998; ReLU and max pooling replace the
/// paper's scaled tanh and trainable subsampling.
public struct LeNet5: Layer {
    let conv1 = Conv2D(6, kernel: 5, padding: 2)
    let conv2 = Conv2D(16, kernel: 5)
    let fc1 = Dense(120)
    let fc2 = Dense(84)
    let fc3: any Layer

    public init(classes: Int = 10, head: ClassifierHead = .own) {
        fc3 = head.layers(classes, own: Dense(classes))
    }

    public func callAsFunction(_ input: Value) throws -> Value {
        let relu = ReLU()
        let pool = MaxPool2D(2)
        var x = try pool(relu(conv1(input)))  // [N, 6, 14, 14]
        x = try pool(relu(conv2(x)))  // [N, 16, 5, 5]
        x = try Flatten()(x)  // [N, 400]
        x = try relu(fc1(x))
        x = try relu(fc2(x))
        return try fc3(x)
    }
}
