import Foundation
@testable import KafkaTransport
import Testing

/// What is typed wins, and what is printed can be typed.
@Suite struct TypedBrokerTests {
  private func settings(_ scratch: Scratch, _ name: String, _ text: String) throws -> String {
    try text.write(toFile: scratch.file(name), atomically: true, encoding: .utf8)
    return scratch.file(name)
  }

  /// Side by side, as each asks for some seconds.
  @Test func whatIsTypedWins() throws {
    let scratch = try Scratch(partitions: nil)
    let file = try settings(scratch, "broker.properties", "bootstrap.servers=localhost:3\n")
    let plain = try settings(scratch, "plain.properties", "linger.ms=1\n")
    let environment = ["FRAMEFEED_BROKER": "localhost:4"]
    let cases: [([String], String)] = [
      (
        ["--broker", "localhost:1", "-X", "bootstrap.servers=localhost:2", "--kafka-config", file],
        "localhost:1"
      ),
      (["-X", "metadata.broker.list=localhost:2", "--kafka-config", file], "localhost:2"),
      (["--kafka-config", file], "localhost:3"), (["--kafka-config", plain], "localhost:4"),
      ([], "localhost:4"),
    ]
    let running = try cases.map {
      try RunningCommand(framefeed, ["topic", "describe", "frames"] + $0.0, environment: environment)
    }
    for (command, (words, broker)) in zip(running, cases) {
      let done = try command.wait()
      #expect(done.code == 1)
      #expect(done.errors.contains("no Kafka broker answers at \(broker) "), "\(words) \(done.errors)")
    }
  }

  /// Each remedy is run as it was printed.
  @Test func remediesCanBePasted() throws {
    let cluster = try MockCluster()
    let brokers = broker ?? cluster.brokers
    let scratch = try Scratch(partitions: nil)
    let topic = scratch.topic
    let file = try settings(
      scratch, "client.properties", "bootstrap.servers=\(brokers)\nsasl.password=open-sesame\n")
    let way = "--broker \(brokers) --kafka-config \(file) -X ssl.ca.location=/ca.pem"
    let words = ["--kafka-config", file, "-X", "ssl.ca.location=/ca.pem", "-X", "linger.ms=3"]
    let missing = try RunningCommand(
      framefeed, ["stream", "samples/flight", "--topic", topic, "--no-create"] + words
    ).wait()
    #expect(missing.code == 1)
    #expect(
      missing.errors.contains(
        "topic \(topic) does not exist; create it: framefeed topic create \(topic) \(way)\n"),
      "\(missing.errors)")
    let waited = try RunningCommand(
      framefeed, ["sink", "--topic", topic, "--idle-timeout", "1", "--quiet"] + words
    ).wait()
    #expect(waited.code == 1)
    #expect(
      waited.errors.contains(
        "topic \(topic) did not appear; create it: framefeed topic create \(topic) \(way)\n"),
      "\(waited.errors)")
    #expect(!(missing.errors + waited.errors).contains("sesame"))
    // The in-process cluster makes no topics.
    guard broker != nil else { return }
    let printed = try #require(waited.errors.firstRange(of: "framefeed topic"))
    let line = waited.errors[printed.lowerBound...].prefix { $0 != "\n" }.dropFirst("framefeed ".count)
    let pasted = try run("sh", "-c", "'\(framefeed)' \(line)")
    #expect(pasted.code == 0, "\(line) \(pasted.errors)")
  }

  @Test func aSinkThatIsStoppedBeforeItsTopicIsThereSaysNothingElse() throws {
    let cluster = try MockCluster()
    // It makes topics that are asked for by name, whatever the question says.
    cluster.create("gone")
    cluster.setError(of: "gone", .unknownTopic)
    let sink = try RunningCommand(
      framefeed, ["sink", "--topic", "gone", "--quiet", "--broker", cluster.brokers])
    #expect(eventually { sink.errorsSoFar.contains("waiting for topic gone") })
    sink.interrupt()
    let done = try sink.wait()
    #expect(done.code == 130 && !done.errors.contains("did not appear"), "\(done.errors)")
  }
}
