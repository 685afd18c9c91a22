import FrameCodecs
import FrameCore
import KafkaTransport

/// Who takes a run's frames and answers for each: what a stream needs of ``FrameProducer``.
protocol FrameSending: Sendable {
  /// Hands one frame over, and says how many of the run were due before and were not sent; waits while too much is
  /// under way.
  /// - Returns: when, ns since the Unix epoch.
  func send(
    _ payload: consuming FrameBuffer, sequence: Int, dropped: Int, format: PayloadFormat,
    stamps: SourceStamps
  ) throws(TransportError) -> Int64
  /// Hands over the record that ends the run; waits until the deadline (monotonic, ns) for room.
  func sendEnd(count: Int, dropped: Int, deadline: Int64) throws(TransportError)
  /// Waits for the answers until the deadline (monotonic, ns).
  /// - Returns: records without one.
  func drain(until deadline: Int64) -> Int
  /// Takes nothing more; who waits to send is woken.
  func refuse()
  /// Gives up what is under way: each such record is told as not delivered.
  func abandon()
  /// Set when nothing more can be sent.
  var fatalError: TransportError? { get }
}

extension FrameProducer: FrameSending {}
