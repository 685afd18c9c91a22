import CRDKafka
import FrameCore

/// Where brokers tell clients to come to.
///
/// Read from the log of a client that says all of metadata: its own question for it (`rd_kafka_metadata`) may be left
/// without an answer since librdkafka 2.10, which closes the connection to the user's address for the one that a broker
/// named, as soon as it knows that.
enum NamedBrokers {
  private struct List {
    var addresses: [Int: Cluster.Address] = [:]
    var count: Int?
    var isWhole: Bool { count.map { addresses.count >= $0 } ?? false }
  }

  /// - Parameter milliseconds: how long brokers have to tell.
  /// - Returns: empty when none did.
  static func told(_ settings: KafkaSettings, milliseconds: Int64) -> [Cluster.Address] {
    var own = settings
    own.set("debug", "metadata")
    own.set("log_level", "7")
    let found = Monitor(List())
    let log: KafkaLog = { _, line in
      guard let (place, address) = entry(line) else { return }
      found.withLock {
        $0.addresses[place.number] = address
        $0.count = place.count
      }
      found.wakeAll()
    }
    // Connects by itself, and asks as soon as it has.
    guard let admin = try? TopicAdmin(own, log: log) else { return [] }
    let deadline = FrameClock.monotonic() + milliseconds * 1_000_000
    return withExtendedLifetime(admin) {
      found.withLock(waitingUntil: { $0.isWhole }, deadline: deadline) { list in
        list.addresses.sorted { $0.key < $1.key }.map(\.value)
      }
    }
  }

  /// Of "[thrd:main]: localhost:9092/bootstrap:   Broker #0/3: kafka1:9092 NodeId 1".
  static func entry(_ line: String) -> (place: (number: Int, count: Int), address: Cluster.Address)? {
    guard let start = line.firstRange(of: " Broker #")?.upperBound,
      let end = line[start...].firstRange(of: " NodeId ")?.lowerBound
    else { return nil }
    let parts = line[start..<end].split(separator: ": ", maxSplits: 1)
    guard parts.count == 2 else { return nil }
    let place = parts[0].split(separator: "/").compactMap { Int($0) }
    guard place.count == 2, let colon = parts[1].lastIndex(of: ":"),
      let port = Int32(parts[1][parts[1].index(after: colon)...])
    else { return nil }
    return ((place[0], place[1]), Cluster.Address(host: String(parts[1][..<colon]), port: port))
  }
}
