import FrameCodecs
public import FrameCore
import FrameFeed
import FrameLatency
public import FrameModels
import FrameTensors
import TensorReference

/// Converts the same frames to a model's tensor with FrameFeed and other libraries, in turns, and measures the cost of
/// each.
public final class TensorComparison {
  private let frames: SampleFrames
  private let model: ModelManifest
  private let rounds: Int
  private let threads: Int
  private let peers: TensorPeers?
  private let stop: StopSignal

  private var spec: TensorSpec { model.input }

  /// - Parameters:
  ///   - threads: the number for measuring scaling; 1 for none.
  ///   - peers: other libraries.
  ///   - stop: ends the comparison early; the report covers what was measured until then.
  public init(
    _ frames: SampleFrames, _ model: ModelManifest, rounds: Int, threads: Int, peers: TensorPeers? = nil,
    stop: StopSignal = StopSignal()
  ) {
    self.frames = frames
    self.model = model
    self.rounds = rounds
    self.threads = threads
    self.peers = peers
    self.stop = stop
  }

  /// One contender with its measurements so far.
  private final class Entry {
    let way: any TensorContender
    let histogram = DurationHistogram()
    /// Times by round and frame, ns.
    var times: [Int64] = []
    var error = TensorError()

    init(_ way: any TensorContender) { self.way = way }
  }

  /// Runs the comparison. Blocks the calling thread.
  /// - Parameter progress: called before each step.
  public func run(progress: (String) -> Void) throws(BenchError) -> TensorReport {
    let wall = FrameClock.now()
    let started = FrameClock.monotonic()
    var rows: [TensorReport.Row] = []
    for job in TensorReport.Job.allCases {
      let entries = try contenders(job).map(Entry.init)
      guard !entries.isEmpty else { continue }
      try measure(entries, job, progress)
      let own = entries[0]
      rows += entries.compactMap { row($0, own, job) }
    }
    guard !rows.isEmpty else { throw .stopped }
    progress("on \(threads) threads")
    let scaling =
      threads > 1 && !stop.isRequested ? try TensorScaling(frames, spec, threads).run(rounds) : []
    let first = frames.samples[0]
    return TensorReport(
      started: RunReport.timestamp(wall), durationSeconds: Double(FrameClock.monotonic() - started) / 1e9,
      instructions: TensorWriter.instructions,
      versions: Versions.all.merging(peers?.versions ?? [:]) { own, _ in own }, source: frames.name,
      frameSize: "\(first.pixels.content.layout.size)", frames: frames.samples.count, rounds: rounds,
      fileBytes: frames.samples.reduce(0) { $0 + $1.file.bytes.count } / frames.samples.count,
      input: TensorReport.Input(
        model: model.name, width: spec.width, height: spec.height, type: spec.type.rawValue,
        layout: spec.layout.rawValue),
      rows: rows, scaling: scaling, notes: notes)
  }

  private var notes: [String]? {
    var notes = (peers?.missing ?? []).map { "not measured: \($0)" }
    if stop.isRequested { notes.append("stopped before the end") }
    return notes.isEmpty ? nil : notes
  }

  /// Returns the contenders, FrameFeed first.
  private func contenders(_ job: TensorReport.Job) throws(BenchError) -> [any TensorContender] {
    var all: [any TensorContender] = []
    switch job {
    case .jpeg:
      guard frames.areJPEGFiles else { return [] }
      let files = frames.samples.map(\.file)
      for exactness in [DecodeDemand.Exactness.accurate, .fast, .full] {
        let flag = exactness == .accurate ? "" : ", --decode \(exactness.rawValue)"
        all.append(OwnTensors("FrameFeed\(flag)", job, files, spec, exactness))
      }
      all.append(JPEGFloor(files, spec))
    case .pixels:
      let pixels = frames.samples.map(\.pixels)
      all.append(OwnTensors("FrameFeed", job, pixels, spec))
      if let loop = LoopFloor(pixels, spec) { all.append(loop) }
    case .base64Encode, .base64Decode:
      all.append(try OwnBase64(job, frames.samples))
    }
    if let peers { all += peers.contenders(job) }
    return all
  }

  private func measure(
    _ entries: [Entry], _ job: TensorReport.Job, _ progress: (String) -> Void
  ) throws(BenchError) {
    let isText = job == .base64Encode || job == .base64Decode
    // Checks each contender's results; after that memory, tables and caches are warm for all.
    for at in frames.samples.indices where !stop.isRequested {
      progress("\(job.title): \(at + 1)/\(frames.samples.count) frames checked")
      let expected = isText ? [] : try reference(at, job)
      for entry in entries {
        if !isText, let values = try entry.way.tensor(at) {
          entry.error.add(values, expected, spec)
        } else {
          _ = try entry.way.time(at)
        }
      }
    }
    for round in 0..<rounds where !stop.isRequested {
      progress("\(job.title): round \(round + 1)/\(rounds)")
      for at in frames.samples.indices {
        // Starts with a different contender each time, so that none always follows the same one.
        for turn in entries.indices {
          let entry = entries[(turn + at + round) % entries.count]
          let time = try entry.way.time(at)
          entry.histogram.record(time)
          entry.times.append(time)
        }
      }
    }
  }

  /// Returns the expected tensor: from all of the frame's pixels, resized in floating point.
  private func reference(_ at: Int, _ job: TensorReport.Job) throws(BenchError) -> [Float] {
    var single = spec
    single.type = .float32
    single.batch = 1
    let batch = TensorPool(spec: single, batches: 1).take()!
    let writer = ReferenceTensorWriter(spec: single)
    let form = job == .jpeg ? frames.samples[at].file : frames.samples[at].pixels
    do throws(CodecError) {
      try FrameDecoder().decodePixels(form.bytes.span.bytes, format: PayloadFormat(content: form.content)) {
        pixels, layout in writer.write(pixels, layout: layout, into: batch.slotBytes(0))
      }
    } catch {
      throw .codec(error)
    }
    return batch.floats(slot: 0)
  }

  private func row(_ entry: Entry, _ own: Entry, _ job: TensorReport.Job) -> TensorReport.Row? {
    guard let summary = entry.histogram.summary() else { return nil }
    let ratios = zip(entry.times, own.times).map { Double($0) / Double(max($1, 1)) }
    return TensorReport.Row(
      job: job, name: entry.way.name, kind: entry.way.kind, time: summary,
      ofFrameFeed: entry === own ? nil : RatioInterval(ratios), psnr: entry.error.psnr,
      largestDifference: entry.error.largestDifference)
  }
}
