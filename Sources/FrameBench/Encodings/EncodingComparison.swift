import FoundationEssentials
import FrameCodecs
import FrameCore
import FrameFeed
import FrameLatency

/// Encodes and decodes the same frames with every codec, in turns, and tells what each costs.
public final class EncodingComparison {
  /// What `compare encodings` measures when no codec is named, beside JPEG files as they are.
  public static let standardCodecs =
    ["raw", "raw+base64"] + [70, 80, 90, 95].map { "jpeg:quality=\($0)" } + ["base64"]
    + [-1, 1, 3].flatMap { level in
      ["none", "gradient"].map { "zstd:level=\(level),filter=\($0)" }
    }

  /// Frames that the list of pixel numbers is measured on: it takes seconds each.
  static let pixelListFrames = 2

  private let frames: SampleFrames
  private let candidates: [Candidate]
  private let pixelList: Bool
  private let rounds: Int

  /// One codec with what it has cost so far.
  private final class Candidate {
    let codec: Codec
    let encoder: FrameEncoder
    let decoder = FrameDecoder()
    let pool = FramePool(buffers: 4)
    /// The file passes as it is; everything else begins with pixels.
    let takesFile: Bool
    let encode = DurationHistogram()
    let decode = DurationHistogram()
    var payloadBytes = 0
    var encoded = 0
    var ratios: [Double] = []

    init(_ codec: Codec, takesFile: Bool) {
      self.codec = codec
      self.takesFile = takesFile
      encoder = FrameEncoder(codec: codec)
    }
  }

  /// - Parameters:
  ///   - codecs: as on the command line, without `json`.
  ///   - pixelList: whether a JSON list of pixel numbers is measured too.
  ///   - rounds: how often each frame goes through each codec.
  public init(
    _ frames: SampleFrames, codecs: [String], pixelList: Bool, rounds: Int
  ) throws(BenchError) {
    self.frames = frames
    self.pixelList = pixelList
    self.rounds = rounds
    var candidates: [Candidate] = []
    for text in codecs {
      let codec = try SampleFrames.codec(text)
      candidates.append(Candidate(codec, takesFile: codec.isPassthroughJPEG && frames.areJPEGFiles))
    }
    self.candidates = candidates
  }

  /// Measures. Blocks the calling thread.
  /// - Parameter progress: called after each frame with how many are done, and of how many.
  public func run(progress: (Int, Int) -> Void) throws(BenchError) -> EncodingReport {
    let wall = FrameClock.now()
    let started = FrameClock.monotonic()
    let total = frames.samples.count * rounds
    // The first frame once beforehand: memory, tables and caches are warm for all alike.
    for candidate in candidates { try measure(candidate, frames.samples[0], isWarmUp: true, round: 0) }
    for round in 0..<rounds {
      for (at, sample) in frames.samples.enumerated() {
        // A different one begins each time, so that none always follows the same neighbour.
        for turn in candidates.indices {
          try measure(
            candidates[(turn + at + round) % candidates.count], sample, isWarmUp: false, round: round)
        }
        progress(round * frames.samples.count + at + 1, total)
      }
    }
    let rawBytes = frames.samples.reduce(0) { $0 + $1.pixels.bytes.count } / frames.samples.count
    var rows = candidates.map { row($0, rawBytes) }
    if pixelList { rows.append(try pixelListRow()) }
    return EncodingReport(
      started: RunReport.timestamp(wall), durationSeconds: Double(FrameClock.monotonic() - started) / 1e9,
      versions: Versions.all, source: frames.name, rounds: rounds, rawBytes: rawBytes, rows: rows,
      notes: pixelList
        ? [
          "json is a JSON list of pixel numbers, by Foundation, on \(min(Self.pixelListFrames, frames.samples.count)) frames"
        ]
        : nil)
  }

  private func measure(
    _ candidate: Candidate, _ sample: SampleFrames.Sample, isWarmUp: Bool, round: Int
  ) throws(BenchError) {
    let form = candidate.takesFile ? sample.file : sample.pixels
    guard let frame = form.captured(sample.origin, candidate.pool) else { return }
    do throws(CodecError) {
      let before = FrameClock.monotonic()
      let encoded = try candidate.encoder.encode(frame, into: candidate.pool)
      let between = FrameClock.monotonic()
      var decodedAt: Int64 = 0
      let ratio: Double? = try candidate.decoder.decode(encoded.payload.bytes, format: encoded.format) {
        pixels, _ in
        decodedAt = FrameClock.monotonic()
        guard !isWarmUp, round == 0 else { return nil }
        return pixels.withUnsafeBytes { PixelConversion.signalToNoise($0, sample.pixels.bytes) }
      }
      guard !isWarmUp else { return }
      candidate.encode.record(between - before)
      candidate.decode.record(decodedAt - between)
      guard round == 0 else { return }
      candidate.payloadBytes += encoded.payload.count
      candidate.encoded += 1
      if let ratio { candidate.ratios.append(ratio) }
    } catch {
      throw .codec(error)
    }
  }

  private func row(_ candidate: Candidate, _ rawBytes: Int) -> EncodingReport.Row {
    let bytes = candidate.payloadBytes / max(candidate.encoded, 1)
    return EncodingReport.Row(
      codec: candidate.takesFile ? "\(candidate.codec) (files as they are)" : candidate.codec.description,
      frames: candidate.encoded, payloadBytes: bytes, shareOfRaw: Double(bytes) / Double(rawBytes),
      megabytesPerSecondAt30: Double(bytes) * 30 / 1e6, encode: candidate.encode.summary()!,
      decode: candidate.decode.summary()!,
      psnr: candidate.ratios.isEmpty
        ? nil : candidate.ratios.reduce(0, +) / Double(candidate.ratios.count),
      lossless: candidate.ratios.isEmpty)
  }

  /// What one gets who hands the pixel array to a JSON library.
  private func pixelListRow() throws(BenchError) -> EncodingReport.Row {
    let (encode, decode) = (DurationHistogram(), DurationHistogram())
    let samples = frames.samples.prefix(Self.pixelListFrames)
    var (bytes, rawBytes) = (0, 0)
    for sample in samples {
      do {
        let before = FrameClock.monotonic()
        let text = try JSONEncoder().encode(sample.pixels.bytes)
        let between = FrameClock.monotonic()
        let pixels = try JSONDecoder().decode([UInt8].self, from: text)
        let after = FrameClock.monotonic()
        guard pixels == sample.pixels.bytes else {
          throw BenchError.option("the JSON list is not the pixels")
        }
        encode.record(between - before)
        decode.record(after - between)
        bytes += text.count
        rawBytes += pixels.count
      } catch {
        throw .option("\(sample.origin): as a JSON list: \(error)")
      }
    }
    return EncodingReport.Row(
      codec: "json", frames: samples.count, payloadBytes: bytes / samples.count,
      shareOfRaw: Double(bytes) / Double(rawBytes),
      megabytesPerSecondAt30: Double(bytes / samples.count) * 30 / 1e6, encode: encode.summary()!,
      decode: decode.summary()!, psnr: nil, lossless: true)
  }
}
