import KafkaTransport
import Synchronization

/// Where the sink has got to in each partition. After a failure nothing more is marked as read: what was not
/// saved, and all that came after it, is read again.
final class AnsweredOffsets: Sendable {
  private struct State {
    var consumer: FrameConsumer?
    /// One past the last record answered of each partition that is this sink's.
    var next: [Int32: Int64] = [:]
  }

  private let failure: SinkFailure
  private let state = Mutex(State())

  init(_ failure: SinkFailure) { self.failure = failure }

  /// Says who commits; before it nothing can have been answered.
  func attach(_ consumer: FrameConsumer) { state.withLock { $0.consumer = consumer } }

  /// Lets the consumer go, which tells this object of its partitions: the two would keep each other for ever.
  func detach() { state.withLock { $0.consumer = nil } }

  func assigned(_ partitions: [AssignedPartition]) {
    state.withLock { state in
      for given in partitions { state.next[given.partition] = given.offset }
    }
  }

  func revoked(_ partitions: [Int32]) {
    state.withLock { state in
      for partition in partitions { state.next[partition] = nil }
    }
  }

  /// Marks all records of a partition before `next` as read.
  func store(partition: Int32, next: Int64) {
    guard failure.error == nil else { return }
    state.withLock { state in
      state.consumer?.store(partition: partition, next: next)
      if state.next[partition] != nil { state.next[partition] = next }
    }
  }

  /// Records of the topic that are not answered yet; `nil` before the brokers have told.
  var lag: Int? { state.withLock { state in state.consumer?.behind(state.next) } }
}
