/// The sizes of partitions on their leaders' disks.
extension TopicAdmin {
  /// How long a broker has to answer, ms.
  private static let answerTime: Int64 = 5000

  /// Returns the bytes of each partition whose leader answers.
  ///
  /// librdkafka has no such request, so it is sent over FrameFeed's own connection, without TLS and logins.
  /// - Returns: the sizes, and why some are unknown.
  public func sizes(
    of topic: String, _ layout: [TopicPartition]
  ) -> (bytes: [Int32: Int64], problem: String?) {
    let other =
      "kafka-log-dirs.sh --bootstrap-server \(broker.servers) --describe --topic-list \(topic) prints them"
    let way = settings.value("security.protocol")?.lowercased() ?? "plaintext"
    guard way == "plaintext" else {
      return ([:], "they cannot be requested with security.protocol=\(way); \(other)")
    }
    guard let addresses = try? cluster().addresses else { return ([:], "no broker answers") }
    var bytes: [Int32: Int64] = [:]
    var problem: String?
    let led = Dictionary(grouping: layout.filter { $0.leader != nil }) { $0.leader ?? -1 }
    for (leader, partitions) in led.sorted(by: { $0.key < $1.key }) {
      do throws(WireConnection.Failure) {
        guard let address = addresses[leader] else { throw WireConnection.Failure(reason: "it is not known") }
        let found = try Self.sizes(topic, partitions.map(\.number), at: address)
        bytes.merge(found) { $1 }
        // Without the right a broker returns no directory.
        if found.isEmpty {
          problem = "broker \(leader) does not report them: it requires Describe on the cluster; \(other)"
        }
      } catch {
        problem = "broker \(leader) does not report them: \(error.reason)"
      }
    }
    return (bytes, problem)
  }

  private static func sizes(
    _ topic: String, _ partitions: [Int32], at address: Cluster.Address
  ) throws(WireConnection.Failure) -> [Int32: Int64] {
    let connection = try WireConnection(host: address.host, port: address.port, milliseconds: answerTime)
    let response = try connection.ask(LogDirectories.request(topic, partitions, correlation: 1))
    do throws(WireReader.Malformed) {
      return try LogDirectories(response: response.span.bytes, of: topic, correlation: 1).bytes
    } catch {
      throw WireConnection.Failure(reason: "its answer is not one of Kafka's")
    }
  }
}
