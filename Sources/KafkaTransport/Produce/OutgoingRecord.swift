import FrameCore

/// A record under way, as a client needs it: the one description there is of it.
struct OutgoingRecord: @unchecked Sendable {
  // Sound: `address` is of bytes that are kept with the record, and nobody writes them while it is under way.
  enum Content: Sendable {
    /// With how many frames of the run were due by then and were not sent.
    case frame(sequence: Int, dropped: Int, PayloadFormat, SourceStamps)
    /// Ends a run of so many frames.
    case end(count: Int, dropped: Int, sent: Int64)
    /// Bytes of others, which librdkafka copies.
    case copy(CopiedRecord)
  }

  /// Whose the record is: the same for all records of a run.
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
  /// Of the payload, as long as the record is under way; `nil` where no byte is referred to.
  let address: UnsafeMutableRawPointer?
  /// Of the payload.
  let bytes: Int

  init(_ content: Content, of run: Run?, address: UnsafeMutableRawPointer? = nil, bytes: Int) {
    self.content = content
    self.run = run
    self.address = address
    self.bytes = bytes
  }

  /// Of the frame; `nil` for any other record.
  var sequence: Int? {
    if case .frame(let sequence, _, _, _) = content { sequence } else { nil }
  }

  /// When a client was first handed it, ns since the Unix epoch; 0 for a copy.
  var sent: Int64 {
    switch content {
    case .frame(_, _, _, let stamps): stamps.sent
    case .end(_, _, let sent): sent
    case .copy: 0
    }
  }

  /// What Kafka's timestamp says, ms since the Unix epoch; 0 is the time of sending.
  var timestamp: Int64 {
    switch content {
    case .frame(_, _, _, let stamps): stamps.captured / 1_000_000
    case .end(_, _, let sent): sent / 1_000_000
    case .copy(let copy): copy.timestamp ?? 0
    }
  }

  /// A list of headers for one try to hand it over.
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

/// A record of others, byte for byte: what is null stays null, which an empty one is not.
struct CopiedRecord: Sendable {
  let value: [UInt8]?
  let key: [UInt8]?
  var headers: RecordHeaders?
  /// ms since the Unix epoch; `nil` is the time of sending.
  var timestamp: Int64?
  /// The thread that sent it, by a number of its own.
  let sender: UInt

  var bytes: Int { (value?.count ?? 0) + (key?.count ?? 0) }
}
