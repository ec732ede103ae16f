import FoveaNN
import Testing

@Suite("Learning-rate schedules")
struct LearningRateScheduleTests {
    private func factors(_ kind: LearningRateSchedule.Kind, _ steps: [Int], warmup: Int = 0) -> [Double] {
        let schedule = LearningRateSchedule(kind, totalSteps: 100, warmupSteps: warmup)
        return steps.map { (schedule.factor(at: $0) * 1e6).rounded() / 1e6 }
    }

    @Test("the cosine falls from 1 through a half to 0")
    func cosine() { #expect(factors(.cosine, [0, 50, 100]) == [1, 0.5, 0]) }

    @Test("the step schedule takes a tenth after each third")
    func step() { #expect(factors(.step, [0, 33, 34, 66, 67, 99]) == [1, 1, 0.1, 0.1, 0.01, 0.01]) }

    @Test("one-cycle rises from 1/25 to 1 and ends at 1/250,000")
    func oneCycle() {
        let all = (0..<100).map { LearningRateSchedule(.oneCycle, totalSteps: 100).factor(at: $0) }
        #expect(abs(all[0] - 0.04) < 1e-12)
        #expect(all.max().map { $0 > 0.999 } == true)
        #expect(abs(all[99] - 4e-6) < 1e-9)
    }

    @Test("warm-up rises in a line before the curve starts")
    func warmup() { #expect(factors(.constant, [0, 1, 2, 3, 4], warmup: 3) == [0.25, 0.5, 0.75, 1, 1]) }
}
