import FoundationEssentials
public import FrameCodecs
public import FrameCore
import FrameFeed
import FrameLatency
public import KafkaTransport

/// Encodes and decodes the same frames with every codec, in turns, and measures the cost of each.
public final class EncodingComparison {
  /// The codecs that `compare encodings` measures when none is named, in addition to unchanged JPEG files.
  public static let standardCodecs =
    ["raw", "raw+base64"] + [70, 80, 90, 95].map { "jpeg:quality=\($0)" } + ["base64"]
    + [-1, 1, 3].flatMap { level in
      ["none", "gradient"].map { "zstd:level=\(level),filter=\($0)" }
    }

  /// Number of frames for the JSON list of pixel values, which takes seconds per frame.
  static let pixelListFrames = 2

  /// Frames in flight while the rate is measured: enough to keep every stage busy.
  private static let window = 6
  private static let endToEndRounds = 2

  private let frames: SampleFrames
  private let candidates: [Candidate]
  private let pixelList: Bool
  private let rounds: Int
  private let stop: StopSignal
  /// Settings of librdkafka, from the last trial.
  private var settings: [String: String]?

  /// One codec with its measurements so far.
  private final class Candidate {
    /// The name that the user gave.
    let name: String
    let codec: Codec
    let encoder: FrameEncoder
    let decoder = FrameDecoder()
    let pool = FramePool(buffers: 4)
    /// Whether the file passes unchanged; all other codecs start from pixels.
    let takesFile: Bool
    let resizing: FrameResizing?
    let encode = DurationHistogram()
    let decode = DurationHistogram()
    let endToEnd = DurationHistogram()
    var rates: [Double] = []
    var stages: [String: StageSummary]?
    var payloadBytes = 0
    var largest = 0
    var encoded = 0
    var ratios: [Double] = []

    /// Number of frames to send through the broker; fewer for slower codecs.
    var endToEndFrames: Int {
      let milliseconds = (encode.summary()?.p50 ?? 0) + (decode.summary()?.p50 ?? 0) + Double(largest) / 4e5
      return min(40, max(10, Int(1000 / max(milliseconds, 1))))
    }

    init(_ name: String, _ codec: Codec, takesFile: Bool, resizing: FrameResizing? = nil) {
      self.name = resizing != nil ? "\(name) --fit" : takesFile ? "\(name) (files as they are)" : name
      self.codec = codec
      self.takesFile = takesFile
      self.resizing = resizing
      encoder = FrameEncoder(codec: codec, resizing: resizing)
    }
  }

  /// - Parameters:
  ///   - codecs: as on the command line, without `json`.
  ///   - pixelList: whether a JSON list of pixel values is measured too.
  ///   - rounds: how many times each codec processes each frame.
  ///   - fit: the size that frames are reduced to, in additional rows.
  ///   - stop: ends the comparison early; the report covers what was measured until then.
  public init(
    _ frames: SampleFrames, codecs: [String], pixelList: Bool, rounds: Int, fit: FrameResizing? = nil,
    stop: StopSignal = StopSignal()
  ) throws(BenchError) {
    self.frames = frames
    self.pixelList = pixelList
    self.rounds = rounds
    self.stop = stop
    var candidates: [Candidate] = []
    for text in codecs {
      let codec = try SampleFrames.codec(text)
      candidates.append(Candidate(text, codec, takesFile: codec.isPassthroughJPEG && frames.areJPEGFiles))
    }
    if let fit {
      for text in ["jpeg", "raw"] {
        let codec = try SampleFrames.codec(text)
        candidates.append(
          Candidate(
            text, codec, takesFile: codec.isPassthroughJPEG && frames.areJPEGFiles, resizing: fit))
      }
    }
    self.candidates = candidates
  }

  /// Runs the comparison. Blocks the calling thread.
  /// - Parameters:
  ///   - kafka: a broker to also send frames through; `nil` measures the codecs alone.
  ///   - progress: called before each step.
  public func run(
    through kafka: KafkaSettings? = nil, progress: (String) -> Void
  ) throws(BenchError) -> EncodingReport {
    let wall = FrameClock.now()
    let started = FrameClock.monotonic()
    let total = frames.samples.count * rounds
    // Processes the first frame once beforehand, so that memory, tables and caches are warm for every codec.
    for candidate in candidates { try measure(candidate, frames.samples[0], isWarmUp: true, round: 0) }
    for round in 0..<rounds {
      for (at, sample) in frames.samples.enumerated() where !stop.isRequested {
        // Starts with a different codec each time, so that none always follows the same one.
        for turn in candidates.indices {
          try measure(
            candidates[(turn + at + round) % candidates.count], sample, isWarmUp: false, round: round)
        }
        progress("\(round * frames.samples.count + at + 1)/\(total) frames encoded and decoded")
      }
    }
    var note: String?
    if let kafka { note = try measureEndToEnd(kafka, progress) }
    let rawBytes = frames.samples.reduce(0) { $0 + $1.pixels.bytes.count } / frames.samples.count
    var rows = candidates.compactMap { row($0, rawBytes) }
    if pixelList, !stop.isRequested { rows.append(try pixelListRow()) }
    guard !rows.isEmpty else { throw .stopped }
    return EncodingReport(
      started: RunReport.timestamp(wall), durationSeconds: Double(FrameClock.monotonic() - started) / 1e9,
      versions: Versions.all, source: frames.name, rounds: rounds, rawBytes: rawBytes, rows: rows,
      broker: kafka?.brokers, settings: settings,
      notes: notes(note))
  }

  private func notes(_ broker: String?) -> [String]? {
    var notes = broker.map { [$0] } ?? []
    if pixelList, !stop.isRequested {
      notes.append(
        "json is a JSON list of pixel numbers, by Foundation, on \(min(Self.pixelListFrames, frames.samples.count)) frames"
      )
    }
    if stop.isRequested { notes.append("stopped before the end") }
    return notes.isEmpty ? nil : notes
  }

  /// Measures every codec through the broker, in turns: one frame at a time for latency, then several in flight for the
  /// rate that one feed sustains.
  /// - Returns: a note about the broker for the report.
  private func measureEndToEnd(
    _ kafka: KafkaSettings, _ progress: (String) -> Void
  ) throws(BenchError) -> String? {
    for round in 0..<Self.endToEndRounds {
      for at in candidates.indices where !stop.isRequested {
        let candidate = candidates[(at + round) % candidates.count]
        progress("round \(round + 1)/\(Self.endToEndRounds)  \(candidate.name): through \(kafka.brokers)")
        let trial = FeedTrial(
          frames: frames, codec: candidate.codec, takesFiles: candidate.takesFile,
          resizing: candidate.resizing, kafka: kafka, payload: candidate.largest)
        let count = candidate.endToEndFrames
        let alone = try trial.run(count, window: 1)
        for latency in alone.latencies { candidate.endToEnd.record(latency) }
        candidate.stages = alone.stages
        settings = alone.settings
        if let rate = try trial.run(count, window: Self.window).framesPerSecond {
          candidate.rates.append(rate)
        }
      }
    }
    do throws(TransportError) { return try ComparisonTopics(kafka).note } catch { throw .transport(error) }
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
      let ratio: Double? = try candidate.decoder.decodePixels(encoded.payload.bytes, format: encoded.format) {
        pixels, _ in
        decodedAt = FrameClock.monotonic()
        // A frame of another size cannot be compared sample by sample.
        guard !isWarmUp, round == 0, candidate.resizing == nil else { return nil }
        return pixels.withUnsafeBytes { PixelConversion.signalToNoise($0, sample.pixels.bytes) }
      }
      guard !isWarmUp else { return }
      candidate.encode.record(between - before)
      candidate.decode.record(decodedAt - between)
      guard round == 0 else { return }
      candidate.payloadBytes += encoded.payload.count
      candidate.largest = max(candidate.largest, encoded.payload.count)
      candidate.encoded += 1
      if let ratio { candidate.ratios.append(ratio) }
    } catch {
      throw .codec(error)
    }
  }

  /// - Returns: `nil` for a codec that was never measured.
  private func row(_ candidate: Candidate, _ rawBytes: Int) -> EncodingReport.Row? {
    guard let encode = candidate.encode.summary(), let decode = candidate.decode.summary() else { return nil }
    let bytes = candidate.payloadBytes / max(candidate.encoded, 1)
    return EncodingReport.Row(
      codec: candidate.name,
      frames: candidate.encoded, payloadBytes: bytes, shareOfRaw: Double(bytes) / Double(rawBytes),
      megabytesPerSecondAt30: Double(bytes) * 30 / 1e6, encode: encode, decode: decode,
      psnr: candidate.ratios.isEmpty
        ? nil : candidate.ratios.reduce(0, +) / Double(candidate.ratios.count),
      lossless: candidate.ratios.isEmpty && candidate.resizing == nil, endToEnd: candidate.endToEnd.summary(),
      framesPerSecond: candidate.rates.max(), stages: candidate.stages)
  }

  /// Measures the pixel array as encoded by a JSON library.
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
          throw BenchError.failed("the JSON list is not the pixels")
        }
        encode.record(between - before)
        decode.record(after - between)
        bytes += text.count
        rawBytes += pixels.count
      } catch {
        throw .failed("\(sample.origin): as a JSON list: \(error)")
      }
    }
    return EncodingReport.Row(
      codec: "json", frames: samples.count, payloadBytes: bytes / samples.count,
      shareOfRaw: Double(bytes) / Double(rawBytes),
      megabytesPerSecondAt30: Double(bytes / samples.count) * 30 / 1e6, encode: encode.summary()!,
      decode: decode.summary()!, psnr: nil, lossless: true)
  }
}
