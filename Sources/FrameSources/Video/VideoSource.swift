import FrameCore
import Synchronization

/// A video file, read by ffmpeg as a child process: Motion JPEG as its JPEG files, all else as planes or RGB pixels.
///
/// Frames have presentation times. A file that is read again continues one mean frame interval after its last frame.
final class VideoSource: FrameSource, @unchecked Sendable {
  // Sound: everything but `runs` and `isClosed` is used by the reading thread alone; `runs` is locked, `isClosed`
  // atomic.
  let name: String
  let nominalRate: Double?
  let isLive = false
  let hasPresentationTimes = true
  let frameCount: Int?
  let notes: [String]

  /// The ffmpeg that is being read, and the one to read next.
  private struct Runs {
    var current: VideoRun?
    var next: VideoRun?
  }

  /// How long before the end the next ffmpeg is started, ns: its first frame takes tenths of a second.
  private static let preparation: Int64 = 2_000_000_000

  private let request: VideoRequest
  private let limits: FrameLimits
  private let runs = Monitor(Runs())
  private let isReadAgain: Bool
  private let keepsDamaged: Bool
  private let isClosed = Atomic(false)
  private var reader: NUTReader
  /// A frame whose bytes are next: opening the source waits for the first one.
  private var ahead: NUTReader.Frame?
  private let pictures: VideoPictures
  private var clock: VideoClock
  /// Started at the first sign of damage.
  private var survey: DamageSurvey?
  /// Whether the survey started at the start of the file: not all files support seeks.
  private var isSurveyWhole = false
  private var position = 0
  private var isOver = false
  /// Length of one pass, ns: at first as the file states, then as measured. One that is too short only starts the next
  /// ffmpeg early.
  private var length: Int64

  static let extensions: Set<String> = ["mp4", "mov", "mkv", "avi", "webm", "ts", "m4v", "mpg"]

  init(_ path: String, _ options: SourceOptions) throws(SourceError) {
    name = PathText.shown(path)
    limits = options.limits
    guard (0...1e8).contains(options.seek), options.duration.map({ $0 > 0 && $0 <= 1e8 }) ?? true else {
      throw .option("--seek and --duration: expected times of a video, up to 1e8 s")
    }
    try Self.check(path)
    let (tools, probe) = try VideoTools.find(options.ffmpeg, for: path)
    let video = probe.video
    let format = VideoFormat(video, matrix: options.matrix, policy: options.orientation)
    request = VideoRequest(
      path: path, tools: tools, stream: video.index, codec: video.codec ?? "", format: format,
      orientation: options.orientation,
      seek: options.seek, duration: options.duration)
    nominalRate = video.rate
    clock = VideoClock(rate: video.rate)
    frameCount = Self.frameCount(probe, options)
    notes = probe.otherVideos > 0 ? ["\(probe.otherVideos) more video streams are ignored"] : []
    let first = try VideoRun(request)
    isReadAgain = options.isReadAgain
    keepsDamaged = options.keepsDamaged
    length =
      probe.duration.map { Int64(max(0, min($0 - options.seek, options.duration ?? .infinity)) * 1e9) } ?? 0
    runs.withLock { $0.current = first }
    guard let reader = try NUTReader(first.stream) else { throw Self.nothing(first, probe, options) }
    self.reader = reader
    ahead = try reader.next()
    guard ahead != nil else { throw Self.nothing(first, probe, options) }
    do throws(LayoutError) {
      pictures = try VideoPictures(format, width: reader.header.width, height: reader.header.height, limits)
    } catch {
      throw .malformed(path, problem: error.description)
    }
  }

  deinit { endRuns() }

  /// Checks the file before ffmpeg opens it, because ffmpeg would wait for a named pipe.
  private static func check(_ path: String) throws(SourceError) {
    let file = try SourceFile(regular: path)
    guard file.size != 0 else { throw .malformed(path, problem: "is empty; expected a video") }
  }

  private static func frameCount(_ probe: VideoProbe, _ options: SourceOptions) -> Int? {
    if options.seek == 0, options.duration == nil, let count = probe.video.frames.flatMap({ Int($0) }) {
      return count
    }
    guard let length = probe.duration, let rate = probe.video.rate else { return nil }
    let seconds = min(max(0, length - options.seek), options.duration ?? .infinity)
    return Int(min((seconds * rate).rounded(), 1e15))
  }

  /// Returns why there is no first frame.
  private static func nothing(_ run: VideoRun, _ probe: VideoProbe, _ options: SourceOptions) -> SourceError {
    if let problem = run.problem() ?? run.log.lastError {
      return .malformed(run.stream.path, problem: "ffmpeg cannot decode its video: \(problem)")
    }
    let length = probe.duration.map { ": it lasts \($0) s" } ?? ""
    return .malformed(
      run.stream.path,
      problem: options.seek > 0 ? "has no frame from --seek \(options.seek) s on\(length)" : "has no frames")
  }

  func rewind() throws(SourceError) {
    let prepared = runs.withLock { runs in
      runs.current?.close()
      (runs.current, runs.next) = (runs.next, nil)
      return runs.current
    }
    let run = if let prepared { prepared } else { try begin(\.current) }
    length = clock.begin()
    (position, isOver, ahead) = (0, false, nil)
    survey?.close()
    survey = nil
    isSurveyWhole = false
    guard let reader = try NUTReader(run.stream) else {
      if isClosed.load(ordering: .acquiring) { throw .stopped }
      throw .malformed(name, problem: run.problem() ?? run.log.lastError ?? "no longer has frames")
    }
    let (was, now) = (self.reader.header, reader.header)
    guard was.width == now.width, was.height == now.height else {
      throw .malformed(name, problem: "differs in size from when it was read before")
    }
    self.reader = reader
  }

  /// Starts ffmpeg.
  @discardableResult
  private func begin(_ place: WritableKeyPath<Runs, VideoRun?>) throws(SourceError) -> VideoRun {
    let run = try VideoRun(request)
    runs.withLock { $0[keyPath: place] = run }
    // The source may have been closed while there was no run to close.
    if isClosed.load(ordering: .acquiring) { run.close() }
    return run
  }

  func close() {
    isClosed.store(true, ordering: .releasing)
    endRuns()
  }

  private func endRuns() {
    runs.withLock { runs in
      runs.current?.close()
      runs.next?.close()
    }
  }

  func next(into pool: FramePool) throws(SourceError) -> SourceReading {
    guard !isOver, let run = runs.withLock({ $0.current }) else { return .end }
    let origin = FrameOrigin(file: name, position: position)
    let waiting = ahead.take()
    let next = if let waiting { waiting } else { try reader.next() }
    guard let coming = next else { return end(run, origin) }
    position += 1
    let time = clock.time(coming.time)
    if isReadAgain, clock.elapsed >= length - Self.preparation, runs.withLock({ $0.next == nil }) {
      try begin(\.next)
    }
    let damage = try damage(run, coming)
    let reading =
      if let damage, !keepsDamaged {
        try pictures.skip(coming, run.stream, damage, origin)
      } else {
        try pictures.read(coming, run.stream, origin, pool)
      }
    switch consume reading {
    case nil: return end(run, origin)
    case .frame(var frame):
      frame.presentation = time
      frame.damage = damage
      return .frame(frame)
    case .some(let other): return other
    }
  }

  /// Returns why a frame differs from what was recorded; `nil` for an undamaged one.
  private func damage(_ run: VideoRun, _ frame: NUTReader.Frame) throws(SourceError) -> String? {
    guard request.format != .jpeg, run.isSuspicious else { return nil }
    var verdict = try survey(from: frame.time).verdict(frame.time)
    if verdict == nil, !isSurveyWhole {
      survey?.close()
      survey = nil
      isSurveyWhole = true
      verdict = try survey(from: nil).verdict(frame.time)
    }
    switch verdict {
    case .whole: return nil
    case .damaged(let reason): return "is damaged in the file: \(reason)"
    case .dependent: return "is made from a damaged frame"
    case nil: return "may be damaged: \(run.log.lastError ?? "samples are missing")"
    }
  }

  private func survey(from start: Int64?) throws(SourceError) -> DamageSurvey {
    if let survey { return survey }
    let begun = try DamageSurvey(request, from: start)
    survey = begun
    return begun
  }

  /// Handles the end of ffmpeg's output: whether it is also the end of the video.
  private func end(_ run: VideoRun, _ origin: FrameOrigin) -> SourceReading {
    isOver = true
    survey?.close()
    guard !isClosed.load(ordering: .acquiring) else { return .end }
    if let problem = run.problem() {
      return .rejected(.frame(origin, problem: "cannot be read from here on: \(problem)"))
    }
    let (count, first) = (run.log.errors, run.log.lastError ?? "samples are missing")
    guard count > 0 else { return .end }
    let more = count > 1 ? ", and \(count - 1) more" : ""
    return .rejected(.frame(origin, problem: "is missing: ffmpeg found damage in the file: \(first)\(more)"))
  }

  /// The process ID of ffmpeg, for tests.
  var processID: Int32? { runs.withLock { $0.current?.processID } }
}
