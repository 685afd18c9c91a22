import FrameCore

/// A record in its slot of the records under way, as a client needs it.
struct OutgoingRecord {
  /// What a frame's headers are made of.
  struct Description: Sendable {
    let format: PayloadFormat
    let stamps: SourceStamps
  }

  let slot: Int
  /// Of the frame; for the record that ends a run the number of frames.
  let sequence: Int
  /// When it was handed to a client first, ns since the Unix epoch.
  let sent: Int64
  /// Valid until the slot is ended; `nil` for the record that ends a run.
  let address: UnsafeMutableRawPointer?
  let bytes: Int
  /// `nil` for the record that ends a run.
  let description: Description?

  /// What Kafka's timestamp says, ns since the Unix epoch.
  var timestamp: Int64 { description?.stamps.captured ?? sent }

  func headers(run: String) -> HeaderWriter {
    guard let description else { return .end(run: run, count: sequence, sent: sent) }
    return .frame(run: run, sequence: sequence, format: description.format, stamps: description.stamps)
  }
}
