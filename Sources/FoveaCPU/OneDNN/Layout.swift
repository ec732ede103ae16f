import CFoveaCPU
import FoveaGraph

/// The order of a tensor's elements in memory: oneDNN's memory descriptor, as a value.
///
/// Dimensions keep the graph's order (NCHW, OIHW) whatever the layout. A scalar is a tensor of one axis of size 1.
struct Layout {
    /// A descriptor has 700 bytes: copies of a layout share it.
    private final class Storage: Sendable {
        let descriptor: dnnl_memory_desc_t

        init(_ descriptor: dnnl_memory_desc_t) { self.descriptor = descriptor }
    }

    private let storage: Storage

    var descriptor: dnnl_memory_desc_t { storage.descriptor }

    private init(_ descriptor: dnnl_memory_desc_t) { storage = Storage(descriptor) }

    /// A descriptor that oneDNN owns, copied.
    @unsafe init(copying pointer: UnsafePointer<dnnl_memory_desc_t>) { self.init(unsafe pointer.pointee) }

    /// A missing operand.
    static let absent = Layout(dnnl_memory_desc_t())

    /// Row by row.
    init(plain dimensions: [Int], _ dataType: dnnl_data_type_t = dnnl_f32) throws {
        try self.init(dimensions, strides: Shape(dimensions).strides, dataType)
    }

    /// Row by row. Types that no kernel computes with, which are only copied or cast, count as bytes.
    init(plain type: TensorType) throws {
        let known: dnnl_data_type_t? =
            switch type.dataType {
            case .float32: dnnl_f32
            case .int32: dnnl_s32
            case .uint8: dnnl_u8
            default: nil
            }
        if let known, type.shape.rank <= Int(DNNL_MAX_NDIMS) {
            try self.init(plain: type.shape.dimensions, known)
        } else {
            try self.init(plain: [type.byteCount], dnnl_u8)
        }
    }

    init(_ dimensions: [Int], strides: [Int], _ dataType: dnnl_data_type_t = dnnl_f32) throws {
        let dimensions = dimensions.isEmpty ? [1] : dimensions
        let strides = strides.isEmpty ? [1] : strides
        var made = dnnl_memory_desc_t()
        // Safe: both arrays hold as many numbers as there are axes.
        try unsafe check(
            dnnl_memory_desc_init_by_strides(
                &made, Int32(dimensions.count), dimensions.map(Int64.init), dataType, strides.map(Int64.init)),
            "a layout for \(dimensions)")
        self.init(made)
    }

    init(_ dimensions: [Int], tag: dnnl_format_tag_t, _ dataType: dnnl_data_type_t = dnnl_f32) throws {
        var made = dnnl_memory_desc_t()
        // Safe: the array holds as many numbers as there are axes.
        try unsafe check(
            dnnl_memory_desc_init_by_tag(
                &made, Int32(dimensions.count), dimensions.map(Int64.init), dataType, tag),
            "a layout for \(dimensions)")
        self.init(made)
    }

    /// The primitive's choice.
    static func any(_ dimensions: [Int]) throws -> Layout { try Layout(dimensions, tag: dnnl_format_tag_any) }

    var rank: Int { Int(descriptor.ndims) }
    var dimensions: [Int] { numbers(descriptor.dims, rank) }

    /// The size in memory, padding included.
    var byteCount: Int {
        var copy = descriptor
        return unsafe dnnl_memory_desc_get_size(&copy)
    }

    /// The number of elements in memory, padding included; nil where there are gaps between them, or an offset.
    var denseCount: Int? {
        guard isBlocked, descriptor.offset0 == 0, descriptor.data_type == dnnl_f32 || descriptor.data_type == dnnl_s32
        else { return nil }
        let count = numbers(descriptor.padded_dims, rank).reduce(1, *)
        return count * 4 == byteCount ? count : nil
    }

    /// True if no element in memory is padding.
    var isUnpadded: Bool { numbers(descriptor.padded_dims, rank) == dimensions }

    /// True if the elements lie row by row, without gaps.
    var isPlain: Bool {
        guard isBlocked, isUnpadded, descriptor.offset0 == 0 else { return false }
        var strides = numbers(blocking.strides, rank)
        if blocking.inner_nblks > 0 {
            // Blocks of channels lie row by row where everything behind the channels has size 1.
            guard blocking.inner_nblks == 1, let block = numbers(blocking.inner_blks, 1).first,
                let axis = numbers(blocking.inner_idxs, 1).first,
                dimensions[(axis + 1)...].allSatisfy({ $0 == 1 }),
                dimensions[axis] == block || strides[axis] == block
            else { return false }
            strides[axis] = 1
        }
        return zip(zip(dimensions, strides), Shape(dimensions).strides).allSatisfy { axis, expected in
            axis.0 == 1 || axis.1 == expected
        }
    }

    /// The same memory under another shape; the layout must be plain.
    func reshaped(to dimensions: [Int]) throws -> Layout {
        precondition(isPlain, "only a plain layout keeps its memory under another shape")
        return try Layout(plain: dimensions, descriptor.data_type)
    }

    /// The same memory with the axes in another order: axis i of the result is axis `permutation[i]`.
    func transposed(_ permutation: [Int]) throws -> Layout {
        // oneDNN takes the destination of each axis.
        var destinations = [Int32](repeating: 0, count: permutation.count)
        for (to, from) in permutation.enumerated() { destinations[from] = Int32(to) }
        var (made, copy) = (dnnl_memory_desc_t(), descriptor)
        // Safe: one number for each axis.
        try unsafe check(dnnl_memory_desc_permute_axes(&made, &copy, destinations), "a transposition of \(dimensions)")
        return Layout(made)
    }

    /// The memory of a part of the tensor; nil where the layout's blocks do not begin and end with the part.
    func part(_ dimensions: [Int], at offsets: [Int]) -> Layout? {
        var (made, copy) = (dnnl_memory_desc_t(), descriptor)
        // Safe: one number for each axis.
        let status = unsafe dnnl_memory_desc_init_submemory(
            &made, &copy, dimensions.map(Int64.init), offsets.map(Int64.init))
        return status == dnnl_success ? Layout(made) : nil
    }

    /// The same layout for images of another size; plain where it is not one of the usual ones.
    func resized(to dimensions: [Int]) throws -> Layout {
        guard dimensions.count == rank, let format = imageFormat else { return try Layout(plain: dimensions) }
        return try Layout(dimensions, tag: format.tag, descriptor.data_type)
    }

    /// The same layout for elements of another type.
    func withElements(_ dataType: dnnl_data_type_t) throws -> Layout {
        precondition(descriptor.extra.flags == 0, "layouts with something extra belong to one type")
        var copy = descriptor
        copy.data_type = dataType
        return Layout(copy)
    }

    /// The numbers that lie next to each other in a layout of images.
    private enum Neighbours: Equatable {
        case pixels
        /// All channels of a pixel.
        case channels
        /// This many channels of a pixel.
        case channelBlocks(Int)
        /// The same pixel and channel of 16 images.
        case images
    }

    private struct ImageFormat {
        let tag: dnnl_format_tag_t
        /// oneDNN's name.
        let name: String
        let neighbours: Neighbours
    }

    /// The layouts of images with one, two and three spatial axes that oneDNN uses, and the hand-written kernels' `Nchw16n`.
    private static let imageFormats: [Int: [ImageFormat]] = [
        3: [
            ImageFormat(tag: dnnl_abc, name: "ncw", neighbours: .pixels),
            ImageFormat(tag: dnnl_acb, name: "nwc", neighbours: .channels),
            ImageFormat(tag: dnnl_aBc16b, name: "nCw16c", neighbours: .channelBlocks(16)),
            ImageFormat(tag: dnnl_aBc8b, name: "nCw8c", neighbours: .channelBlocks(8)),
            ImageFormat(tag: dnnl_aBc4b, name: "nCw4c", neighbours: .channelBlocks(4)),
        ],
        4: [
            ImageFormat(tag: dnnl_abcd, name: "nchw", neighbours: .pixels),
            ImageFormat(tag: dnnl_acdb, name: "nhwc", neighbours: .channels),
            ImageFormat(tag: dnnl_aBcd16b, name: "nChw16c", neighbours: .channelBlocks(16)),
            ImageFormat(tag: dnnl_aBcd8b, name: "nChw8c", neighbours: .channelBlocks(8)),
            ImageFormat(tag: dnnl_aBcd4b, name: "nChw4c", neighbours: .channelBlocks(4)),
            ImageFormat(tag: dnnl_Abcd16a, name: "Nchw16n", neighbours: .images),
        ],
        5: [
            ImageFormat(tag: dnnl_abcde, name: "ncdhw", neighbours: .pixels),
            ImageFormat(tag: dnnl_acdeb, name: "ndhwc", neighbours: .channels),
            ImageFormat(tag: dnnl_aBcde16b, name: "nCdhw16c", neighbours: .channelBlocks(16)),
            ImageFormat(tag: dnnl_aBcde8b, name: "nCdhw8c", neighbours: .channelBlocks(8)),
            ImageFormat(tag: dnnl_aBcde4b, name: "nCdhw4c", neighbours: .channelBlocks(4)),
        ],
    ]

    private var imageFormat: ImageFormat? {
        Self.imageFormats[rank]?.first { candidate in
            (try? Layout(dimensions, tag: candidate.tag, descriptor.data_type)) == self
        }
    }

    /// The largest number of spatial axes that there are layouts for.
    static let mostSpatialAxes = 3

    /// The number of channels that lie next to each other for one pixel of images, if the rest is plain: 16 in
    /// `nChw16c`, all in `nhwc`, 1 in `nchw`.
    var adjacentChannels: Int? {
        switch imageFormat?.neighbours {
        case .pixels: 1
        case .channels: dimensions[1]
        case .channelBlocks(let count): count
        case .images, nil: nil
        }
    }

    /// Whether the channels of an image lie in consecutive blocks without padding: `nchw`, `nChw16c`. Then the memory
    /// of joined channels is the joined memory of the channels, image by image.
    var hasStackedChannels: Bool {
        guard isUnpadded, let neighbours = imageFormat?.neighbours else { return false }
        return neighbours != .channels && neighbours != .images
    }

    /// Whether 16 images lie side by side: the same pixel and channel of each next to each other (`Nchw16n`).
    var isSideBySide: Bool { imageFormat?.neighbours == .images }

    /// 16 images of two spatial axes side by side; their number must be a multiple of 16.
    static func sideBySide(_ dimensions: [Int]) throws -> Layout {
        precondition(dimensions[0].isMultiple(of: 16), "no vector is left half empty")
        return try Layout(dimensions, tag: dnnl_Abcd16a)
    }

    /// Images as planes of pixels with `lanes` numbers each, which belong to different channels or images; nil for
    /// other layouts.
    var planes: (count: Int, lanes: Int)? {
        if let lanes = adjacentChannels { return (dimensions[0] * ((dimensions[1] + lanes - 1) / lanes), lanes) }
        return isSideBySide ? (dimensions[0] / 16 * dimensions[1], 16) : nil
    }

    /// Filters of two spatial axes in blocks of 16 × 16 without padding, for hand-written loops; nil for any other layout.
    var filterBlocks: fovea_filter_blocks? {
        guard rank == 4, isUnpadded, dimensions[2] * dimensions[3] <= fovea_maximum_taps else { return nil }
        let tags = [
            (dnnl_ABcd16b16a, true, false), (dnnl_ABcd16a16b, false, false), (dnnl_BAcd16b16a, true, true),
            (dnnl_BAcd16a16b, false, true),
        ]
        guard let found = tags.first(where: { (try? Layout(dimensions, tag: $0.0)) == self }) else { return nil }
        return fovea_filter_blocks(
            filters: dimensions[0], channels: dimensions[1], taps: dimensions[2] * dimensions[3],
            filters_innermost: found.1, channels_outermost: found.2)
    }

    private var isBlocked: Bool { descriptor.format_kind == dnnl_blocked && descriptor.extra.flags == 0 }
    private var blocking: dnnl_blocking_desc_t {
        // Safe: `isBlocked` says that this is the member of the union that is set.
        unsafe descriptor.format_desc.blocking
    }
}

extension Layout: Equatable {
    static func == (left: Layout, right: Layout) -> Bool {
        if left.storage === right.storage { return true }
        var (left, right) = (left.descriptor, right.descriptor)
        return unsafe dnnl_memory_desc_equal(&left, &right) != 0
    }
}

extension Layout: CustomStringConvertible {
    /// `nChw16c`, `nchw`, `plain`, or the sizes of the blocks.
    var description: String {
        if let name = imageFormat?.name { return name }
        if isPlain { return "plain" }
        guard isBlocked else { return "opaque" }
        let blocks = zip(
            numbers(blocking.inner_blks, Int(blocking.inner_nblks)),
            numbers(blocking.inner_idxs, Int(blocking.inner_nblks))
        ).map { size, axis in "\(size)\("abcdefghijkl".dropFirst(axis).first.map(String.init) ?? "?")" }
        return blocks.isEmpty ? "strided" : "blocked " + blocks.joined()
    }
}

/// The first numbers of a C array.
private func numbers<Numbers>(_ array: Numbers, _ count: Int) -> [Int] {
    // Safe: every C array that is passed here is an array of Int64.
    unsafe withUnsafeBytes(of: array) { bytes in
        unsafe bytes.bindMemory(to: Int64.self).prefix(count).map(Int.init)
    }
}
