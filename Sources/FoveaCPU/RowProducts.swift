import CFoveaCPU
package import FoveaGraph

/// Comparisons of a vector with rows of a matrix, with wide vectors, on the calling thread.
package enum RowProducts {
    /// x·y and y·y of a query x and some rows y.
    ///
    /// - Parameter rows: those of a tensor of floats, whose other axes count as one.
    package static func products(
        of query: [Float], with rows: Range<Int>, of tensor: Tensor
    ) -> (products: [Double], squares: [Double]) {
        var products = [Double](repeating: 0, count: rows.count)
        var squares = products
        unsafe withRows(rows, of: tensor, width: query.count) { start in
            // Safe: `start` has as many rows as the results have elements, each as long as the query.
            unsafe fovea_row_products(query, start, rows.count, query.count, &products, &squares)
        }
        return (products, squares)
    }

    /// ‖x − y‖² of a query x and some rows y.
    package static func squaredDistances(of query: [Float], to rows: Range<Int>, of tensor: Tensor) -> [Double] {
        var distances = [Double](repeating: 0, count: rows.count)
        unsafe withRows(rows, of: tensor, width: query.count) { start in
            // Safe: as above.
            unsafe fovea_row_distances(query, start, rows.count, query.count, &distances)
        }
        return distances
    }

    private static func withRows(
        _ rows: Range<Int>, of tensor: Tensor, width: Int, _ body: (UnsafePointer<Float>) -> Void
    ) {
        precondition(
            tensor.dataType == .float32 && tensor.shape.elementCount == width * tensor.shape[0]
                && rows.lowerBound >= 0 && rows.upperBound <= tensor.shape[0],
            "rows of the tensor, as long as the query")
        // Safe: the rows lie within the tensor's floats.
        unsafe tensor.withBytes { bytes in
            guard let start = bytes.baseAddress, !rows.isEmpty, width > 0 else { return }
            unsafe body(start.assumingMemoryBound(to: Float.self) + rows.lowerBound * width)
        }
    }
}
