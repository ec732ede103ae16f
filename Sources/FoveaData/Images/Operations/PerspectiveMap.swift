/// The place in an image from which each pixel of the changed image comes, where the image's corners move to other places.
///
/// (x, y) comes from ((a·x + b·y + c) / (g·x + h·y + 1), (d·x + e·y + f) / (g·x + h·y + 1)).
struct PerspectiveMap: Hashable {
    /// A column and a row.
    struct Point: Hashable {
        let x: Int
        let y: Int
    }

    /// a to h.
    let coefficients: [Double]

    /// - Parameter corners: where the middles of the four outermost pixels move to, from the upper left clockwise.
    /// - Returns: nil where no map does that, as when two corners fall together.
    init?(movingCornersTo corners: [Point], height: Int, width: Int) {
        precondition(corners.count == 4, "an image has four corners")
        let own = [
            Point(x: 0, y: 0), Point(x: width - 1, y: 0), Point(x: width - 1, y: height - 1),
            Point(x: 0, y: height - 1),
        ]
        // Each corner gives two linear equations for the eight coefficients; the last column is the right-hand side.
        var equations: [[Double]] = []
        for (moved, own) in zip(corners, own) {
            let (x, y, oldX, oldY) = (Double(moved.x), Double(moved.y), Double(own.x), Double(own.y))
            equations.append([x, y, 1, 0, 0, 0, -oldX * x, -oldX * y, oldX])
            equations.append([0, 0, 0, x, y, 1, -oldY * x, -oldY * y, oldY])
        }
        guard let solution = Self.solve(equations) else { return nil }
        // In single precision as in torchvision, so that the pixels are the same.
        coefficients = solution.map { Double(Float($0)) }
    }

    /// Gauss and Jordan's elimination with the largest pivot of each column.
    private static func solve(_ equations: [[Double]]) -> [Double]? {
        var rows = equations
        for column in rows.indices {
            guard let pivot = (column..<rows.count).max(by: { abs(rows[$0][column]) < abs(rows[$1][column]) }),
                abs(rows[pivot][column]) > 1e-9
            else { return nil }
            rows.swapAt(column, pivot)
            for row in rows.indices where row != column {
                let factor = rows[row][column] / rows[column][column]
                for index in column...rows.count { rows[row][index] -= factor * rows[column][index] }
            }
        }
        return rows.indices.map { rows[$0][rows.count] / rows[$0][$0] }
    }
}
