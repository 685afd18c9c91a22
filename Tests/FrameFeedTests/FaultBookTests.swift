import Testing

/// A few faults of the fault book (`scripts/soak.py`, `make soak`), as short as they can be: what no other suite causes.
@Suite(
  .enabled(if: kafkaHome != nil, "KAFKA_HOME names a directory with libs/ of Apache Kafka"),
  .enabled(if: python != nil, "FRAMEFEED_PYTHON names a Python with confluent-kafka"))
struct FaultBookTests {
  /// Three brokers, six feeds, two sinks: no frame is missing, stored twice or out of order, and no producer begins a new
  /// epoch. Counted on the topic and in
  /// the answers; ends with 1 otherwise.
  @Test func nothingIsMissingStoredTwiceOrOutOfOrder() throws {
    let faults = [
      "coordinator-killed", "leader-paused-8-s", "line-cut-and-reset", "leader-moved", "named-sink-killed",
      "rolling-restart",
    ]
    let ended = try RunningCommand(
      try #require(python), ["scripts/soak.py", "--brief"] + faults, environment: ["FRAMEFEED": framefeed]
    ).wait(seconds: 900)
    #expect(ended.code == 0, "\(ended.text)\(ended.errors)")
    for fault in faults { #expect(ended.text.contains("\n| \(fault) |"), "\(ended.text)\(ended.errors)") }
  }
}
