import Foundation
import FoveaFormats
import FoveaTestSupport
import Testing

@Suite("Inspection of sequences")
struct SequenceInspectionTests {
    @Test("says what series hold, what is missing, constant, repeated, or in two parts")
    func series() throws {
        try withTemporaryFolder { folder in
            let training = "@classLabel true a b c\n@data\n1,2,?:5,5,5:a\n1,2,3,4:5,5,5,5:b\n1,2,3,4:5,5,5,5:b\n"
            try training.write(toFile: "\(folder)/x_TRAIN.ts", atomically: true, encoding: .utf8)
            try "@data\n1,2,3,4:5,5,5,5:a\n9:5:a\n".write(
                toFile: "\(folder)/x_TEST.ts", atomically: true, encoding: .utf8)
            let run = try FoveaProcess(["data", "inspect", "x_TRAIN.ts", "--json"], in: folder)
            #expect(run.status == 0, "\(run.errors)")
            let json = try run.json
            #expect(json["kind"] == "series" && json["count"] == 5 && json["classes"].elements.count == 2)
            #expect(json["splits"]["train"] == 3 && json["splits"]["test"] == 2)
            #expect(json["per_class"][1]["train"] == 2 && json["per_class"][1]["test"] == 0)
            #expect(json["lengths"]["train"]["shortest"] == 3 && json["lengths"]["train"]["longest"] == 4)
            #expect(json["missing"]["train"]["values"] == 1 && json["missing"]["train"]["series"] == 1)
            #expect(json["channels"].elements.count == 2 && json["channels"][1]["constant"] == true)
            let mean = try #require(json["channels"][0]["mean"].double)
            #expect(
                abs(mean - 2.3) < 1e-6 && json["channels"][0]["largest"].double == 4
                    && json["channels"][0]["missing"] == 1)
            let kinds = json["problems"].elements.map { $0["kind"] }
            #expect(kinds.contains("leak") && kinds.contains("duplicate") && kinds.contains("blank"))
            #expect(kinds.contains("ignored"))
            let leak = try #require(json["problems"].elements.first { $0["kind"] == "leak" })
            #expect(leak["files"][0] == "x_TEST.ts line 2 = x_TRAIN.ts line 4", "\(leak)")

            let table = try FoveaProcess(["data", "inspect", "x_TRAIN.ts", "--strict"], in: folder)
            #expect(table.status == 65 && table.errors.contains("`x_TRAIN.ts` has 1 problem."), "\(table.errors)")
            for part in [
                "2 classes, 5 series of 2 channels", "1 in 1 series", "Channel 2 has the value 5.0 everywhere.",
            ] {
                #expect(table.output.contains(part), "\(table.output)")
            }
            let labels = try FoveaProcess(["data", "inspect", "x_TRAIN.ts", "--labels"], in: folder)
            #expect(labels.status == 64 && labels.errors.contains("--labels is for images"), "\(labels.errors)")
        }
    }

    @Test("says what texts hold")
    func texts() throws {
        try withTemporaryFolder { folder in
            try "abba\tx\nab\ty\nab\tx\nab\tx\n".write(
                toFile: "\(folder)/t.txt", atomically: true, encoding: .utf8)
            let run = try FoveaProcess(["data", "inspect", "t.txt", "--json"], in: folder)
            #expect(run.status == 0, "\(run.errors)")
            let json = try run.json
            #expect(json["kind"] == "texts" && json["count"] == 3 && json["tokens"]["different"] == 2)
            #expect(json["tokens"]["most_frequent"][0]["token"] == "a" && json["tokens"]["count"] == 8)
            #expect(json["lengths"]["train"]["longest"] == 4)
            let bytes = try FoveaProcess(["data", "inspect", "t.txt", "--tokens", "bytes"], in: folder)
            #expect(bytes.output.contains("2 different bytes among 8"), "\(bytes.output)")
            #expect(bytes.output.contains("frequent  0x61 4, 0x62 4"), "\(bytes.output)")
        }
    }
}
