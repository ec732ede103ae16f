/// One thing that a run puts on the stream, and the buffers that it touches.
struct DeviceStep {
    enum Work {
        case launch(KernelLaunch)
        /// Sets bytes to zero.
        case clear(BufferID, byteCount: Int)
    }

    let work: Work
    let read: [BufferID]
    let written: [BufferID]
    /// The layer's path, the operations and the way they are computed, for display.
    let path: String
    let operation: String
    let implementation: String
    let multiplyAdds: Int
    let byteCount: Int
}
