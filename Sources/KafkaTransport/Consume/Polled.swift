/// The result of one poll.
public enum Polled: ~Copyable, Sendable {
  case record(Record)
  /// All records that this partition had have been returned.
  case partitionEnd(Int32)
  case event(ReadingEvent)
  /// An error that does not end reading.
  case problem(TransportError)
  case nothing
}
