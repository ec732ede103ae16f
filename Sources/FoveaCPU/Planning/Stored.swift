import FoveaGraph

/// A tensor of a program under construction: its buffer, and its layout there.
struct Stored {
    let buffer: Int
    let layout: Layout

    /// The same memory under another layout of as many bytes.
    func viewed(as layout: Layout) -> Stored { Stored(buffer: buffer, layout: layout) }
}

/// A piece of memory of a program under construction.
struct Buffer {
    enum Home {
        /// Shares the arena with buffers that are needed at other times. The result of a preparation that a run reads
        /// stays between runs instead.
        case arena
        /// Stays between runs: a constant's elements.
        case constant(Tensor)
        /// Belongs to the device.
        case state(StateMemory)
        /// Belongs to the caller of a run: an input that is read where it lies.
        case caller
    }

    var home: Home
    let byteCount: Int
}
