import Foundation
import Testing

/// Logins that lack a right: which one is said at once, and the command that is printed gives it.
@Suite(
  .serialized, .enabled(if: kafkaHome != nil, "KAFKA_HOME names a directory with libs/ of Apache Kafka"),
  .enabled(if: python != nil, "FRAMEFEED_PYTHON names a Python with confluent-kafka"))
struct KafkaRightsTests {
  @Test func whatIsMissingIsNamedAndGiven() throws {
    let guarded = try GuardedBroker()
    for topic in ["frames", "other"] {
      let made = try run(
        framefeed, "topic", "create", topic, "--partitions", "3", "--broker", guarded.broker.address)
      try #require(made.code == 0, "\(made.errors)")
    }
    // Neither is it said that a topic is not there, nor that it is.
    for words in [
      ["topic", "describe", "frames"], ["topic", "describe", "nowhere"], ["topic", "lag", "frames"],
      ["stream", "synthetic:64x48", "--topic", "frames", "--no-create", "--frames", "1"],
      ["sink", "--topic", "frames", "--quiet"],
    ] {
      let refused = try guarded.ask(words)
      #expect(refused.code == 1 && !refused.errors.contains("does not exist"), "\(words): \(refused.errors)")
      #expect(
        refused.errors.contains("this login (cam) needs Describe on topic"), "\(words): \(refused.errors)")
    }
    var doctor = try guarded.ask(["doctor", "--topic", "frames"])
    #expect(
      doctor.code == 1
        && doctor.text.contains("fails  topic: frames is not shown: this login (cam) needs Describe"))
    try guarded.give(doctor.text.components(separatedBy: "is not shown").last!)

    // Without the settings.
    let described = try guarded.ask(["topic", "describe", "frames"])
    #expect(described.code == 0 && described.text.contains("partitions   3"), "\(described.errors)")
    #expect(
      described.text.contains(
        "settings: this login (cam) needs DescribeConfigs on topic frames: kafka-acls.sh"))
    doctor = try guarded.ask(["doctor", "--topic", "frames"])
    #expect(doctor.code == 0 && doctor.text.contains("note   topic: this login (cam) needs DescribeConfigs"))
    #expect(
      doctor.text.contains("note   broker limit: message.max.bytes is not known: this login (cam) needs"))

    // Without the group: what the partitions are is known, and at once.
    let started = Date()
    let lag = try guarded.ask(["topic", "lag", "frames", "--group", "g21"])
    #expect(Date().timeIntervalSince(started) < 8, "it waits for its time-out")
    #expect(
      lag.code == 2
        && lag.text.contains("        2          0           0           0           -           -"))
    #expect(lag.text.contains("this login (cam) needs Describe on group g21: kafka-acls.sh"), "\(lag.text)")
    try guarded.give(lag.text)
    let known = try guarded.ask(["topic", "lag", "frames", "--group", "g21"])
    #expect(known.code == 0 && known.text.contains("group g21 has committed nothing"), "\(known.text)")

    // Create without Describe: nobody waits for what will never show.
    let refused = try guarded.ask(["topic", "create", "own"])
    #expect(
      refused.code == 1 && refused.errors.contains("needs Create on topic own or Create on the cluster"))
    try guarded.give(refused.errors)
    let before = Date()
    let created = try guarded.ask(["topic", "create", "own"])
    #expect(created.code == 0 && created.text.contains("created topic own"), "\(created.errors)")
    #expect(Date().timeIntervalSince(before) < 8)
    for (words, right) in [
      (["topic", "delete", "own"], "Delete on topic own"),
      (
        ["topic", "create", "frames", "--update", "--config", "flush.messages=9"],
        "DescribeConfigs on topic frames"
      ),
      (["topic", "create", "frames", "--update", "--partitions", "4"], "Alter on topic frames"),
    ] {
      let refused = try guarded.ask(words)
      #expect(
        refused.code == 1 && refused.errors.contains("this login (cam) needs \(right): "), "\(refused.errors)"
      )
    }
    // What may not be seen is not listed.
    let list = try guarded.ask(["topic", "list"])
    #expect(list.text.contains("frames") && !list.text.contains("other"), "\(list.text)")
    #expect(list.errors.contains("only topics that this login may see"))
  }
}
