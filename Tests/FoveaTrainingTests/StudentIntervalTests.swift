@testable import FoveaTraining
import Testing

@Suite("Intervals by Student's distribution")
struct StudentIntervalTests {
    @Test(
        "have the quantiles of the tables",
        arguments: [
            (1, 12.7062), (2, 4.3027), (3, 3.1824), (4, 2.7764), (5, 2.5706), (9, 2.2622), (10, 2.2281), (30, 2.0423),
            (120, 1.9799),
        ])
    func quantiles(_ degreesOfFreedom: Int, _ expected: Double) {
        #expect(abs(StudentInterval.quantile(degreesOfFreedom: degreesOfFreedom) - expected) < 1e-4)
    }

    @Test("are the mean with t·s/√n on both sides, and without end for one value")
    func intervals() {
        let interval = StudentInterval([1, 2, 3, 4, 5])
        #expect(interval.mean == 3)
        #expect(abs(interval.halfWidth - 2.776445 * 2.5.squareRoot() / 5.0.squareRoot()) < 1e-5)
        #expect(StudentInterval([7]).mean == 7 && StudentInterval([7]).upper == .infinity)
        #expect(StudentInterval([2, 2, 2]).halfWidth == 0)
    }
}
