import CRDKafka

/// A kind of admin request: how librdkafka sends it, and where its response has the results.
struct AdminOperation: Sendable {
  typealias Objects = UnsafeMutablePointer<OpaquePointer?>

  let code: rd_kafka_admin_op_t
  /// Sends a request about some objects, whose type depends on the operation.
  let send:
    @Sendable (
      _ client: OpaquePointer?, _ objects: Objects?, _ count: Int, _ options: OpaquePointer?,
      _ queue: OpaquePointer?
    ) -> Void
  /// Returns a response's results, which belong to the response.
  let results: @Sendable (_ response: OpaquePointer, _ count: inout Int) -> Objects?

  static let creatingTopics = AdminOperation(
    code: RD_KAFKA_ADMIN_OP_CREATETOPICS, send: rd_kafka_CreateTopics,
    results: { rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result($0), &$1) })

  static let deletingTopics = AdminOperation(
    code: RD_KAFKA_ADMIN_OP_DELETETOPICS, send: rd_kafka_DeleteTopics,
    results: { rd_kafka_DeleteTopics_result_topics(rd_kafka_event_DeleteTopics_result($0), &$1) })

  static let addingPartitions = AdminOperation(
    code: RD_KAFKA_ADMIN_OP_CREATEPARTITIONS, send: rd_kafka_CreatePartitions,
    results: { rd_kafka_CreatePartitions_result_topics(rd_kafka_event_CreatePartitions_result($0), &$1) })

  static let changingSettings = AdminOperation(
    code: RD_KAFKA_ADMIN_OP_ALTERCONFIGS, send: rd_kafka_AlterConfigs,
    results: { rd_kafka_AlterConfigs_result_resources(rd_kafka_event_AlterConfigs_result($0), &$1) })

  static let describingSettings = AdminOperation(
    code: RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS, send: rd_kafka_DescribeConfigs,
    results: { rd_kafka_DescribeConfigs_result_resources(rd_kafka_event_DescribeConfigs_result($0), &$1) })
}
