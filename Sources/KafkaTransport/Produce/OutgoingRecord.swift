import FrameCore

/// A record under way, with all that a client needs to send it.
struct OutgoingRecord: @unchecked Sendable {
  // Sound: `address` points to bytes that are kept with the record, and nothing writes them while it is under way.
  enum Content: Sendable {
    /// A frame; `dropped` counts the frames of the run that were due by then and were not sent.
    case frame(sequence: Int, dropped: Int, PayloadFormat, SourceStamps)
    /// The end of a run of `count` frames.
    case end(count: Int, dropped: Int, sent: Int64)
    /// Another record's bytes, which librdkafka copies.
    case copy(CopiedRecord)
  }

  /// The feed and the run of the record: the same for all records of a run.
  final class Run: Sendable {
    let feed: String
    let name: String

    init(feed: String, name: String) {
      self.feed = feed
      self.name = name
    }
  }

  let content: Content
  /// `nil` for a copy.
  let run: Run?
  /// The payload's address, valid while the record is under way; `nil` if no byte is referenced.
  let address: UnsafeMutableRawPointer?
  /// The size of the payload.
  let bytes: Int

  init(_ content: Content, of run: Run?, address: UnsafeMutableRawPointer? = nil, bytes: Int) {
    self.content = content
    self.run = run
    self.address = address
    self.bytes = bytes
  }

  /// The frame's sequence number; `nil` for any other record.
  var sequence: Int? {
    if case .frame(let sequence, _, _, _) = content { sequence } else { nil }
  }

  /// When a client first got it, ns since the Unix epoch; 0 for a copy.
  var sent: Int64 {
    switch content {
    case .frame(_, _, _, let stamps): stamps.sent
    case .end(_, _, let sent): sent
    case .copy: 0
    }
  }

  /// The Kafka timestamp, ms since the Unix epoch; 0 for the time of sending.
  var timestamp: Int64 {
    switch content {
    case .frame(_, _, _, let stamps): stamps.captured / 1_000_000
    case .end(_, _, let sent): sent / 1_000_000
    case .copy(let copy): copy.timestamp ?? 0
    }
  }

  /// The headers for one attempt to send the record.
  var headers: HeaderWriter {
    let run = run?.name ?? ""
    return switch content {
    case .frame(let sequence, let dropped, let format, let stamps):
      .frame(run: run, sequence: sequence, dropped: dropped, format: format, stamps: stamps)
    case .end(let count, let dropped, let sent): .end(run: run, count: count, dropped: dropped, sent: sent)
    case .copy(let copy): HeaderWriter(adopting: copy.headers?.copied())
    }
  }
}

/// A copy of another record, byte for byte: null and empty stay different.
struct CopiedRecord: Sendable {
  let value: [UInt8]?
  let key: [UInt8]?
  var headers: RecordHeaders?
  /// The Kafka timestamp, ms since the Unix epoch; `nil` for the time of sending.
  var timestamp: Int64?
  /// The number of the thread that sent it.
  let sender: UInt

  var bytes: Int { (value?.count ?? 0) + (key?.count ?? 0) }
}
