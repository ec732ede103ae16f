import Foundation
import Testing

@testable import FoveaTraining

@Suite("L-BFGS")
struct LBFGSTests {
    private func minimum(
        _ start: [Double], iterations: Int = 200, of function: @escaping LBFGS.Function
    ) async throws -> LBFGS.Minimum {
        try await LBFGS(tolerance: 1e-8, maximumIterations: iterations).minimum(of: function, from: start)
    }

    /// Rosenbrock's valley, (1 − x)² + 100 (y − x²)².
    private static let valley: LBFGS.Function = { position in
        let (x, y) = (position[0], position[1])
        return LBFGS.Point(
            position: position, value: (1 - x) * (1 - x) + 100 * (y - x * x) * (y - x * x),
            gradient: [-2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x)])
    }

    @Test("finds the end of Rosenbrock's curved valley")
    func valley() async throws {
        let found = try await minimum([-1.2, 1], of: Self.valley)
        #expect(found.hasConverged && found.iterations < 60)
        #expect(found.point.position.allSatisfy { abs($0 - 1) < 1e-8 })
    }

    @Test("finds the middle of a bowl a thousand times steeper along one axis than along another")
    func bowl() async throws {
        let steepness = (0..<50).map { pow(10, 3 * Double($0) / 49) }
        let found = try await minimum([Double](repeating: 1, count: 50), iterations: 500) { position in
            LBFGS.Point(
                position: position, value: zip(steepness, position).reduce(0) { $0 + $1.0 * $1.1 * $1.1 / 2 },
                gradient: zip(steepness, position).map { $0 * $1 })
        }
        #expect(found.hasConverged && found.point.value < 1e-12)
    }

    @Test("says when it has not arrived")
    func stops() async throws {
        #expect(try await !minimum([-1.2, 1], iterations: 5, of: Self.valley).hasConverged)
        let slope = try await minimum([0]) { LBFGS.Point(position: $0, value: -$0[0], gradient: [-1]) }
        #expect(!slope.hasConverged, "a slope without an end")
        let wall = try await minimum([0]) { position in
            LBFGS.Point(position: position, value: position[0] == 0 ? 0 : .nan, gradient: [1])
        }
        #expect(!wall.hasConverged && wall.point.position == [0], "no number anywhere else")
    }

    @Test("ends where the precision of the function shows no descent any more")
    func precision() async throws {
        let found = try await minimum([1.5], iterations: 1000) { position in
            LBFGS.Point(
                position: position, value: Double(Float(1 + position[0] * position[0])), gradient: [2 * position[0]])
        }
        #expect(abs(found.point.position[0]) < 1e-3)
    }
}
