extension Preprocessing {
    /// The preprocessing of networks that were trained on ImageNet: colour, standardized by ImageNet's mean and deviation,
    /// the shorter side resized to 256/224 of the crop, as torchvision's evaluation does.
    ///
    /// - Throws: ``FoveaError`` when no image can have the size.
    public static func imageNet(height: Int = 224, width: Int = 224) throws -> Preprocessing {
        try Preprocessing(
            channels: 3, height: height, width: width, mean: [0.485, 0.456, 0.406],
            standardDeviation: [0.229, 0.224, 0.225],
            shorterSide: ResizeAndCenterCrop(evaluating: height, width).shorterSide)
    }
}
