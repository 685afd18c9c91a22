import CRDKafka
import FrameCore

/// The advertised addresses of brokers.
///
/// Read from the log of a client with metadata debugging: an explicit metadata request (`rd_kafka_metadata`) may get no
/// answer since librdkafka 2.10, which closes the connection to the user's address in favour of an advertised one as
/// soon as it knows that.
enum NamedBrokers {
  private struct List {
    var addresses: [Int: Cluster.Address] = [:]
    var count: Int?
    var isWhole: Bool { count.map { addresses.count >= $0 } ?? false }
  }

  /// - Parameter milliseconds: how long brokers have to answer.
  /// - Returns: the addresses; empty if no broker answered.
  static func advertisedAddresses(_ settings: KafkaSettings, milliseconds: Int64) -> [Cluster.Address] {
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
    // Connects by itself, and then requests metadata at once.
    guard let admin = try? TopicAdmin(own, log: log) else { return [] }
    let deadline = FrameClock.monotonic() + milliseconds * 1_000_000
    return withExtendedLifetime(admin) {
      found.withLock(waitingUntil: { $0.isWhole }, deadline: deadline) { list in
        list.addresses.sorted { $0.key < $1.key }.map(\.value)
      }
    }
  }

  /// Parses "[thrd:main]: localhost:9092/bootstrap:   Broker #0/3: kafka1:9092 NodeId 1".
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
