import CRDKafka
public import FrameCore

/// Reads the kind of records from their headers, which are hostile input. For one thread.
///
/// Repeated names (feeds, runs, clocks) are cached, so that a steady feed allocates nothing.
public struct RecordReader: Sendable {
  /// The most headers that a record may have.
  static let maximumHeaders = 128
  /// The longest header value that is read, and the longest key that is shown whole, bytes.
  static let maximumText = 1024

  private let topic: String
  private let limits: FrameLimits
  private var feeds = RepeatedTexts()
  private var texts = RepeatedTexts()

  /// - Parameter topic: names the feed of records without a key.
  public init(topic: String, limits: FrameLimits = .standard) {
    self.topic = topic
    self.limits = limits
  }

  /// Returns the kind of a record.
  public mutating func read(_ record: borrowing Record) throws(RecordError) -> RecordContent {
    let feed = feed(of: record.key)
    if record.isTombstone { return .tombstone }
    var headers = FrameHeaders()
    var broken: String?
    let within: Bool = record.forEachHeader(limit: Self.maximumHeaders) { name, value in
      if broken == nil { broken = headers.take(name, value, &texts) }
    }
    func failure(_ reason: String) -> RecordError {
      RecordError(feed: feed, identity: headers.identity(feed: feed), description: reason)
    }
    guard within else { throw failure("more than \(Self.maximumHeaders) headers; a frame has at most 16") }
    guard headers.version != nil else { return try foreign(record, feed: feed) }
    if let broken { throw failure(broken) }
    guard headers.version == 1 else {
      throw failure("record format version \(headers.version ?? 0) is unknown; this program reads version 1")
    }
    if let count = headers.end {
      guard let run = headers.run else { throw failure("header frame-run is missing on the end of a run") }
      guard record.payload.byteCount == 0 else { throw failure("the record that ends a run must be empty") }
      return .end(
        FrameIdentity(feed: feed, run: run, sequence: nil), count: Int(count),
        dropped: Int(headers.dropped ?? 0))
    }
    guard record.payload.byteCount <= limits.maximumPayload else {
      throw failure(
        "\(record.payload.byteCount) bytes are above the payload limit of \(limits.maximumPayload)")
    }
    do throws(HeaderProblem) {
      return .frame(try headers.frame(feed: feed, limits: limits))
    } catch {
      throw failure(error.description)
    }
  }

  /// Returns the feed that a key names; the topic's name without a key.
  mutating func feed(of key: UnsafeRawBufferPointer) -> String {
    key.isEmpty ? topic : feeds.text(key, make: FeedName.text)
  }

  /// Reads a record of another tool: it is a frame if its value is an image file.
  private func foreign(_ record: borrowing Record, feed: String) throws(RecordError) -> RecordContent {
    func failure(_ reason: String) -> RecordError {
      RecordError(feed: feed, identity: nil, description: reason)
    }
    guard let header = ImageHeader(record.payload) else {
      throw failure("no header frame-format-version, and the value is not a JPEG or PNG file: not a frame")
    }
    guard record.payload.byteCount <= limits.maximumPayload else {
      throw failure(
        "\(record.payload.byteCount) bytes are above the payload limit of \(limits.maximumPayload)")
    }
    do throws(LayoutError) {
      let stamp = record.timestamp ?? record.received
      return .frame(
        FrameDescription(
          identity: FrameIdentity(feed: feed, run: "", sequence: nil),
          format: PayloadFormat(content: try header.content(limits: limits)),
          stamps: SourceStamps(scheduled: stamp, captured: stamp, encoded: stamp, sent: stamp), clock: nil))
    } catch {
      throw failure(error.description)
    }
  }
}
