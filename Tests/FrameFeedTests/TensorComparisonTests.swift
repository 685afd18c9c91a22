import Foundation
import Testing

/// `framefeed compare tensors` as users run it, beside the Python libraries.
@Suite(.serialized) struct TensorComparisonTests {
  private struct Report: Decodable {
    struct Ratio: Decodable { let median: Double }
    struct Row: Decodable {
      let job: String
      let name: String
      let kind: String
      let time: [String: Double]
      let ofFrameFeed: Ratio?
      let psnr: Double?
      let largestDifference: Double?
    }
    struct Scaling: Decodable {
      let threads: Int
      let speedup: Ratio
    }
    let schema: String
    let rows: [Row]
    let scaling: [Scaling]
  }

  private func tensors(_ arguments: String...) throws -> (Finished, Report?) {
    let done = try RunningCommand(
      framefeed,
      ["compare", "tensors", "samples/flight", "--frames", "1", "--rounds", "2", "--json", "--quiet"]
        + arguments
    ).wait()
    return (done, try? JSONDecoder().decode(Report.self, from: Data(done.output)))
  }

  @Test(
    .enabled(if: ProcessInfo.processInfo.environment["FRAMEFEED_PYTHON"] != nil, "make test names a Python"))
  func everyWayEndsInTheSameTensor() throws {
    let (done, found) = try tensors("--model", "models/channel-statistics.json")
    #expect(done.code == 0, "\(done.errors)")
    let report = try #require(found)
    #expect(report.schema == "framefeed.compare-tensors/1")
    #expect(
      report.scaling.count == 3 && report.scaling.allSatisfy { $0.threads == 2 && $0.speedup.median > 0 })
    for job in ["jpeg", "pixels", "base64-encode", "base64-decode"] {
      let rows = report.rows.filter { $0.job == job }
      #expect(rows.first?.kind == "framefeed" && rows.first?.ofFrameFeed == nil)
      #expect(rows.contains { $0.kind == "peer" }, "\(job)")
      #expect(rows.allSatisfy { $0.time["count"] == 2 })
    }
    // Tensors are compared, not only timed: pixels are resized the same way by all but Pillow.
    for row in report.rows where row.job == "pixels" {
      #expect(row.largestDifference.map { $0 < 1 } ?? false, "\(row.name)")
    }
    for row in report.rows where row.job == "jpeg" && row.kind != "floor" {
      #expect(row.psnr.map { $0 > 28 } ?? true, "\(row.name)")
    }
    let own = try #require(report.rows.first { $0.name == "FrameFeed" && $0.job == "jpeg" }?.psnr)
    let reduced = try #require(report.rows.first { $0.name == "OpenCV reduced + blobFromImage" }?.psnr)
    #expect(own > reduced - 0.5, "as like the frame as OpenCV's reduced decode")
  }

  /// `plot` refused what the help of it promises.
  @Test func itsReportIsDrawn() throws {
    let scratch = try Scratch(partitions: nil)
    let file = scratch.file("tensors.json")
    let (done, _) = try tensors("--model", "models/motion.json", "--threads", "1", "--report", file)
    #expect(done.code == 0, "\(done.errors)")
    let plotted = try run(
      framefeed, "plot", file, "-o", scratch.file("page.html"), "--svg", scratch.file("svg"))
    #expect(plotted.code == 0, "\(plotted.errors)")
    let page = try String(contentsOfFile: scratch.file("page.html"), encoding: .utf8)
    #expect(page.contains("JPEG file to tensor, by library") && page.contains("Tensors of samples/flight"))
    let figure = try String(contentsOfFile: scratch.file("svg/tensors-jpeg.svg"), encoding: .utf8)
    #expect(figure.contains(">FrameFeed<"), "\(figure.prefix(2000))")
  }

  @Test func otherShapesAreMeasuredAlone() throws {
    let (done, found) = try tensors("--model", "models/motion.json", "--threads", "1")
    #expect(done.code == 0 && done.errors.contains("float32 NCHW rgb"), "\(done.errors)")
    let report = try #require(found)
    #expect(report.rows.allSatisfy { $0.kind != "peer" } && report.scaling.isEmpty)
    let (bad, _) = try tensors("--threads", "0")
    #expect(bad.code == 64 && bad.errors.contains("--threads 0: expected a whole number, 1...64"))
  }
}
