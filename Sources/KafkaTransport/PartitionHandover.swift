import CRDKafka
import Synchronization

/// Does what the group decides: takes partitions on, and gives them up with what was answered committed. On the
/// polling thread.
struct PartitionHandover: Sendable {
  let positions: StartPositions
  let rebalancing: FrameConsumer.Rebalancing
  let log: KafkaLog?

  func take(_ partitions: PartitionList.Pointer, _ client: KafkaClient) {
    rebalancing.assigned(positions.apply(to: partitions, client))
    if isIncremental(client) {
      ignore(rd_kafka_incremental_assign(client.handle, partitions))
    } else {
      rd_kafka_assign(client.handle, partitions)
    }
  }

  func give(_ partitions: PartitionList.Pointer, _ client: KafkaClient) {
    rebalancing.revoked(partitions.entries.map(\.partition))
    // What the model has answered is committed before another sink takes over. Partitions that were lost are
    // another's already, or no broker answers: a commit would only wait and be refused.
    let isLost = rd_kafka_assignment_lost(client.handle) != 0
    let code = isLost ? .none : KafkaCode(rd_kafka_commit(client.handle, nil, 0))
    if code != .none, code != .noOffset {
      log?(.warning, "the last offsets were not committed, so their records are read again: \(code)")
    }
    if isIncremental(client) {
      ignore(rd_kafka_incremental_unassign(client.handle, partitions))
    } else {
      rd_kafka_assign(client.handle, nil)
    }
  }

  /// Whether the group moves some partitions and leaves the rest (`partition.assignment.strategy` is
  /// `cooperative-sticky`): librdkafka refuses to set the whole assignment then, and nothing would be read.
  private func isIncremental(_ client: KafkaClient) -> Bool {
    rd_kafka_rebalance_protocol(client.handle).map { String(cString: $0) } == "COOPERATIVE"
  }

  /// librdkafka has logged it as a warning.
  private func ignore(_ error: OpaquePointer?) {
    if let error { rd_kafka_error_destroy(error) }
  }
}

/// Lets the rebalance callback reach the client, which is made after it and owns it.
final class ClientReference: Sendable {
  private struct Reference {
    weak var client: KafkaClient?
  }
  private let reference = Mutex(Reference())

  var client: KafkaClient? {
    get { reference.withLock { $0.client } }
    set { reference.withLock { $0.client = newValue } }
  }
}
