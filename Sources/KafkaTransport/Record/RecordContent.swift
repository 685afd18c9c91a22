public import FrameCore

/// What one record is, read from its headers alone.
public enum RecordContent: Sendable, Equatable {
  case frame(FrameDescription)
  /// The end of a run: this many frames were sent, and this many were due and were not.
  case end(FrameIdentity, count: Int, dropped: Int)
  /// A null value: nothing to decode.
  case tombstone
}

/// All that the headers say of one frame.
public struct FrameDescription: Sendable, Equatable {
  public var identity: FrameIdentity
  public var format: PayloadFormat
  public var stamps: SourceStamps
  /// The clock of the stamps; `nil` for a record that FrameFeed did not write, whose stamps are all its
  /// Kafka timestamp.
  public var clock: String?
  /// Frames of the run that were due before this one and that its source did not send.
  public var dropped = 0
}

/// Why a record is no frame that can be read.
public struct RecordError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The feed its key names.
  public let feed: String
  /// Which frame it says it is, where that much can be read.
  public let identity: FrameIdentity?
  /// What is wrong and what was expected, one line.
  public let description: String
}
