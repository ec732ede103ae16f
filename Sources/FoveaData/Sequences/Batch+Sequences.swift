/// Batches of sequences.
extension Batch {
    /// The name of the sequences: float32 `[batch, channels, steps]`, or int32 `[batch, steps]` where steps are tokens.
    public static let sequencesName = "sequences"
    /// The name of the numbers of steps, int32 `[batch]`; what lies beyond them is padding.
    public static let lengthsName = "lengths"
    /// The name of a text that has not been prepared yet: the bytes of its UTF-8, uint8 `[bytes]`.
    public static let textName = "text"
    /// The name of what is to be predicted where that is no class: a number, the next steps, or a class for each step.
    public static let targetsName = "targets"
}
