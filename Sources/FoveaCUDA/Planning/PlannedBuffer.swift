import FoveaGraph

/// Memory that a program needs.
struct PlannedBuffer {
    enum Home {
        /// A place in the arena, for as long as steps need it.
        case arena
        /// A place that each run fills with an input before its first step: in the arena, or of its own where it is small.
        case input(Int)
        /// The memory of a state.
        case state(String)
        /// Memory of its own with these elements, row by row.
        case constant(Tensor)
        /// Memory of its own with these words, which never change either.
        case table([FlatStoresTable.Word])
        /// Memory of its own for what depends on states alone, and is computed when one has changed.
        case prepared

        /// Whether the elements stay the same until the end of a run, and are there at its beginning.
        var isKept: Bool {
            switch self {
            case .state, .constant, .table, .prepared: true
            case .arena, .input: false
            }
        }
    }

    let byteCount: Int
    let home: Home

    /// Whether the buffer is for an input that is copied together with others.
    var isSmallInput: Bool {
        if case .input = home { byteCount <= 4096 } else { false }
    }
}
