import Foundation
import Testing

/// Feeds are told apart by their keys, whatever bytes these are.
@Suite(.enabled(if: broker != nil && python != nil, "make test starts a broker, FRAMEFEED_PYTHON sends"))
struct KeyTests {
  /// Two pictures for each key.
  private static let script = """
    import sys
    from confluent_kafka import Producer
    broker, topic, path = sys.argv[1:]
    value = open(path, "rb").read()
    producer = Producer({"bootstrap.servers": broker})
    keys = [n.to_bytes(4, "big") for n in (200, 201, -1 & 0xffffffff)] + ["hex:000000c8", "x" * 1024 + "1",
        "x" * 1024 + "2", "caf\\u00e9", "cafe\\u0301", None, b""]
    for _ in range(2):
        for key in keys:
            producer.produce(topic, value, key=key)
    sys.exit(producer.flush(30))
    """

  @Test func eachKeyIsAFeed() throws {
    let scratch = try Scratch()
    let sent = try run(
      python!, "-c", Self.script, broker!, scratch.topic, "\(repository)/samples/flight/frame001.jpg")
    #expect(sent.code == 0, "\(sent.errors)")
    let finished = try run(
      framefeed, "sink", "--topic", scratch.topic, "--group", scratch.topic, "--frames", "20",
      "--idle-timeout", "30", "--quiet", "--results", scratch.file("answers"))
    #expect(finished.code == 0, "\(finished.errors)")
    struct Row: Decodable { let feed: String }
    let rows = try String(contentsOfFile: scratch.file("answers"), encoding: .utf8).split(separator: "\n")
    let feeds = try rows.map { try JSONDecoder().decode(Row.self, from: Data($0.utf8)).feed }
    let counts = Dictionary(grouping: feeds) { Array($0.utf8) }.mapValues(\.count)
    func count(_ name: String) -> Int? { counts[Array(name.utf8)] }
    for name in ["hex:000000c8", "hex:000000c9", "hex:ffffffff", "hex:6865783a3030303030306338"] {
      #expect(count(name) == 2, "\(name): \(counts.keys)")
    }
    #expect(count("café") == 2 && count("hex:63616665cc81") == 2)
    // Without a key, and with an empty one: the topic's feed.
    #expect(count(scratch.topic) == 4)
    #expect(feeds.filter { $0.hasPrefix("xxx") && $0.contains("…") }.count == 4 && counts.count == 9)
  }
}
