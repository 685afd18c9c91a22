import FrameCore

/// A source whose frames have recorded presentation times: one line of a file for each.
///
/// A frame after the last line has no time: it is rejected, and the source ends.
final class TimestampedSource: FrameSource, @unchecked Sendable {
  // Sound: everything but `close` is used by the reading thread alone.
  private let source: any FrameSource
  private let times: FrameTimestamps
  private var index = 0
  private var loop: Int64 = 0
  private var isOver = false

  /// - Throws: ``SourceError/option(_:)`` where there are more frames than lines.
  init(_ source: any FrameSource, _ times: FrameTimestamps) throws(SourceError) {
    if let frames = source.frameCount, frames > times.count {
      throw .option(
        "\(times.file): has \(times.count) times for the \(frames) frames of \(source.name); each frame needs a line"
      )
    }
    self.source = source
    self.times = times
  }

  var name: String { source.name }
  var nominalRate: Double? { source.nominalRate }
  var isLive: Bool { source.isLive }
  var frameCount: Int? { source.frameCount }
  var hasPresentationTimes: Bool { true }
  var notes: [String] {
    let unused = source.frameCount.map { times.count - $0 } ?? 0
    let left = unused > 0 ? ["\(unused) of the \(times.count) lines of \(times.file) have no frame"] : []
    return source.notes + times.notes + left
  }

  func begin() throws(SourceError) { try source.begin() }

  func next(into pool: FramePool) throws(SourceError) -> SourceReading {
    guard !isOver else { return .end }
    switch try source.next(into: pool) {
    case .frame(var frame):
      guard index < times.count else {
        isOver = true
        return .rejected(
          .frame(
            frame.origin,
            problem: "has no time: \(times.file) has \(times.count) lines; reading ends here"))
      }
      // A looped feed restarts one median interval after the last time.
      frame.presentation = loop * times.period + times.offsets[index]
      index += 1
      return .frame(frame)
    case .rejected(let error):
      index += 1
      return .rejected(error)
    case .end: return .end
    }
  }

  func rewind() throws(SourceError) {
    try source.rewind()
    index = 0
    loop += 1
    isOver = false
  }

  func close() { source.close() }
}
