import FrameCodecs
import FrameCore
import FrameLatency
import FrameSources
import Testing

@testable import FrameBench

/// What `compare encodings` says, against what is known of the codecs beforehand.
@Suite struct EncodingComparisonTests {
  private func measure(
    _ source: String, frames: Int = 2, codecs: [String], pixelList: Bool = false
  ) throws -> [EncodingReport.Row] {
    let frames = try SampleFrames(try SourceOpener.open([source]), limit: frames)
    return try EncodingComparison(frames, codecs: codecs, pixelList: pixelList, rounds: 2).run { _ in }
      .rows
  }

  @Test func bytesAreThoseOfTheCodec() throws {
    let raw = 50 * 30 * 3
    let rows = try measure(
      "synthetic:50x30", codecs: ["raw", "raw+base64", "zstd:filter=none", "zstd"], pixelList: true)
    #expect(rows.map(\.codec).last == "json" && rows.count == 5)
    #expect(rows[0].payloadBytes == raw && rows[0].shareOfRaw == 1)
    #expect(rows[1].payloadBytes == (raw + 2) / 3 * 4)
    #expect(rows[2].payloadBytes < raw && rows[3].payloadBytes < raw)
    // Each number takes at least a digit and a comma.
    #expect(rows[4].payloadBytes > 2 * raw)
    for row in rows {
      #expect(row.lossless && row.psnr == nil, "\(row.codec)")
      #expect(row.encode.count == (row.codec == "json" ? 2 : 4) && row.decode.count == row.encode.count)
      #expect(row.megabytesPerSecondAt30 == Double(row.payloadBytes) * 30 / 1e6)
    }
  }

  @Test func qualityCostsBytesAndGivesFidelity() throws {
    let rows = try measure("samples/flight", codecs: ["jpeg", "jpeg:quality=50", "jpeg:quality=95"])
    #expect(rows[0].codec.contains("as they are") && rows[0].lossless)
    #expect(!rows[1].lossless && rows[1].payloadBytes < rows[2].payloadBytes)
    let ratios = rows.compactMap(\.psnr)
    #expect(ratios.count == 2 && ratios[0] > 25 && ratios[1] > ratios[0] + 3)
  }

  @Test func signalToNoiseIsByItsFormula() {
    let (a, b): ([UInt8], [UInt8]) = ([10, 20, 30, 40], [10, 22, 30, 40])
    let ratio = a.withUnsafeBytes { PixelConversion.signalToNoise($0, b) }
    // The mean squared error is 1: 20 log10(255).
    #expect(ratio.map { abs($0 - 48.1308) < 0.001 } == true)
    #expect(a.withUnsafeBytes { PixelConversion.signalToNoise($0, a) } == nil)
  }

  @Test func stoppedBeforeTheFirstFrameIsAnErrorAndNoCrash() throws {
    let frames = try SampleFrames(try SourceOpener.open(["synthetic:8x8"]), limit: 1)
    let stop = StopSignal()
    stop.request()
    let comparison = try EncodingComparison(frames, codecs: ["raw"], pixelList: true, rounds: 1, stop: stop)
    let error = #expect(throws: BenchError.self) { try comparison.run { _ in } }
    #expect("\(error!)".contains("nothing to report"))
  }

  @Test func badWordsAreNamed() throws {
    let error = #expect(throws: BenchError.self) { try measure("synthetic:8x8", codecs: ["webp"]) }
    #expect("\(error!)".contains("unknown codec \"webp\""))
  }
}
