public import FrameCore

/// The kind of a record, read from its headers alone.
public enum RecordContent: Sendable, Equatable {
  case frame(FrameDescription)
  /// The end of a run: `count` frames were sent, and `dropped` were due and were not.
  case end(FrameIdentity, count: Int, dropped: Int)
  /// A null value: nothing to decode.
  case tombstone
}

/// The contents of one frame's headers.
public struct FrameDescription: Sendable, Equatable {
  public var identity: FrameIdentity
  public var format: PayloadFormat
  public var stamps: SourceStamps
  /// The clock of the stamps; `nil` for a record that FrameFeed did not write, whose stamps all equal its Kafka
  /// timestamp.
  public var clock: String?
  /// Frames of the run that were due before this one and that its source did not send.
  public var dropped = 0
}

/// Why a record cannot be read as a frame.
public struct RecordError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The feed that its key names.
  public let feed: String
  /// The frame's identity, if that can be read.
  public let identity: FrameIdentity?
  /// What is wrong and what was expected, in one line.
  public let description: String
}
