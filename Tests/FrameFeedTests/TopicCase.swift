import Foundation
import Testing

/// A topic beside its neighbours, and the sources, sinks and other clients that are started on it; judged by its
/// records and the answers alone (``TopicAudit``).
final class TopicCase {
  let topic = "case-" + UUID().uuidString.prefix(8).lowercased()
  let address: String
  private let directory: URL
  private var started: [RunningCommand] = []

  /// - Parameters:
  ///   - partitions: each of another length.
  ///   - address: of the broker.
  init(partitions: Int = UnequalTopic.partitions, on address: String) throws {
    self.address = address
    directory = FileManager.default.temporaryDirectory.appending(path: "framefeed-" + topic)
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    try UnequalTopic.create(topic, partitions: partitions, on: address)
  }

  deinit {
    for command in started {
      // One that stands still is not ended by asking.
      command.kill()
      _ = try? command.wait()
    }
    try? FileManager.default.removeItem(at: directory)
    _ = try? run(framefeed, "topic", "delete", topic, "--broker", address)
  }

  func file(_ name: String) -> String { directory.appending(path: name).path }

  func start(_ program: String, _ arguments: [String]) throws -> RunningCommand {
    let command = try RunningCommand(program, arguments)
    started.append(command)
    return command
  }

  // MARK: sources

  /// A source that is not waited for.
  func startSource(_ feed: String, _ frames: Int, fps: Int = 1000) throws -> RunningCommand {
    try start(
      framefeed,
      [
        "stream", "synthetic:64x48", "--codec", "raw", "--topic", topic, "--feed", feed, "--fps", "\(fps)",
        "--frames", "\(frames)", "--quiet", "--broker", address,
      ])
  }

  /// Frames of a feed of each partition, so many.
  func send(_ frames: [Int], fps: Int = 1000) throws {
    let sources = try frames.enumerated().filter { $0.element > 0 }.map { partition, count in
      try startSource(UnequalTopic.feed(in: partition, of: frames.count), count, fps: fps)
    }
    for source in sources {
      let ended = try source.wait()
      #expect(ended.code == 0, "\(ended.errors)")
    }
  }

  // MARK: sinks

  /// A sink of a group of the topic's name. Its model takes `delay` ms a frame.
  func startSink(_ answers: String, delay: Int = 0, _ arguments: [String] = []) throws -> RunningCommand {
    let model = file("null-\(delay).json")
    let manifest = """
      {"name": "null", "runtime": {"kind": "builtin", "model": "null", "delayMs": \(delay)},
       "input": {"width": 64, "height": 64, "layout": "NHWC", "type": "uint8", "color": "gray", "fit": "stretch",
                 "scale": 1, "batch": 1}}
      """
    try manifest.write(toFile: model, atomically: true, encoding: .utf8)
    return try start(
      framefeed,
      [
        "sink", "--topic", topic, "--group", topic, "--broker", address, "--quiet", "--model", model,
        "--results",
        file(answers), "--report", file(answers + ".report"),
      ] + arguments)
  }

  /// Runs a sink to its end.
  func sink(_ answers: String, delay: Int = 0, _ arguments: [String] = ["--until-end"]) throws -> Finished {
    try startSink(answers, delay: delay, arguments).wait()
  }

  /// Fetches little at a time, so that most of a topic is still to be read when a slow model has answered some.
  static let littleAtATime = [
    "-X", "queued.max.messages.kbytes=64", "-X", "queued.min.messages=1", "-X",
    "fetch.message.max.bytes=200000",
  ]

  func answers(_ name: String) -> [AnsweredFrame] {
    let text = (try? String(contentsOfFile: file(name), encoding: .utf8)) ?? ""
    return text.split(separator: "\n").compactMap {
      try? JSONDecoder().decode(AnsweredFrame.self, from: Data($0.utf8))
    }
  }

  func awaitAnswers(_ name: String, _ count: Int, sourceLocation: SourceLocation = #_sourceLocation) {
    // Frames of other tools have no numbers.
    func lines() -> Int {
      ((try? String(contentsOfFile: file(name), encoding: .utf8)) ?? "").count { $0 == "\n" }
    }
    #expect(
      eventually(within: 40) { lines() >= count }, "\(lines()) of \(count)", sourceLocation: sourceLocation)
  }

  /// Waits until the group has a position, at the end of each partition.
  func awaitPositions(sourceLocation: SourceLocation = #_sourceLocation) throws {
    let program = try #require(python)
    // A coordinator that has just been made does not answer yet.
    let isThere = try eventually(within: 20) {
      let answer = try RunningCommand(program, ["scripts/positions.py", address, topic, topic]).wait()
      guard answer.code == 0 else { return false }
      return try answer.text.split(separator: "\n").allSatisfy {
        let position = try JSONDecoder().decode(Position.self, from: Data($0.utf8))
        return position.committed == position.end
      }
    }
    #expect(isThere, sourceLocation: sourceLocation)
  }

  /// Waits until the group has so many members, and each of the topic's partitions one of them. The development server
  /// may leave a member's request to join unanswered for minutes if another leaves or joins in the meantime.
  func awaitMembers(_ count: Int) throws {
    try administer(
      """
      members, deadline = [], time.monotonic() + 40
      def settled():
          group = admin.describe_consumer_groups([topic])[topic].result()
          members[:] = [[place.partition for place in member.assignment.topic_partitions] for member in group.members]
          partitions = admin.list_topics(topic).topics[topic].partitions
          return (group.state == ConsumerGroupState.STABLE and len(members) == \(count)
                  and sorted(sum(members, [])) == sorted(partitions))
      while not settled():
          assert time.monotonic() < deadline, f"members have {members}"
          time.sleep(0.05)
      """)
  }

  func report(_ name: String) throws -> Report {
    try JSONDecoder().decode(Report.self, from: Data(contentsOf: URL(filePath: file(name + ".report"))))
  }

  // MARK: judging

  /// Audits with the group's positions.
  func audit(_ names: [String], _ options: [String] = []) throws -> TopicAudit {
    let there = names.map(file).filter { FileManager.default.fileExists(atPath: $0) }
    return try TopicAudit(
      topic, there.isEmpty ? ["/dev/null"] : there, on: address, ["--group", topic] + options)
  }

  /// Saves what the topic holds now.
  /// - Returns: the listing's path.
  func listing() throws -> String {
    try TopicAudit.save(topic, in: file("listing"), on: address)
    return file("listing")
  }

  /// Runs a script of confluent-kafka's administration: `admin` and `topic` are at hand.
  func administer(_ script: String) throws {
    let setup = """
      import sys, time
      from confluent_kafka import ConsumerGroupState, TopicPartition
      from confluent_kafka.admin import *
      admin, topic = AdminClient({"bootstrap.servers": sys.argv[1]}), sys.argv[2]

      """
    let ended = try start(#require(python), ["-c", setup + script, address, topic]).wait()
    #expect(ended.code == 0, "\(ended.errors)")
  }

  /// Adds partitions.
  func grow(to partitions: Int) throws {
    try administer("admin.create_partitions([NewPartitions(topic, \(partitions))])[topic].result()")
  }

  /// Alters settings of the topic, each `NAME=VALUE`.
  func set(_ settings: [String]) throws {
    try administer(
      """
      resource = ConfigResource(ConfigResource.Type.TOPIC, topic)
      for setting in "\(settings.joined(separator: " "))".split():
          name, value = setting.split("=")
          resource.add_incremental_config(
              ConfigEntry(name, value, incremental_operation=AlterConfigOpType.SET))
      admin.incremental_alter_configs([resource])[resource].result()
      """)
  }

  /// Deletes the records before an offset of each partition: Python, `None` for none, `end(n)` for the end of one.
  func deleteRecords(_ offsets: String) throws {
    try administer(
      """
      def end(number):
          place = TopicPartition(topic, number)
          return list(admin.list_offsets({place: OffsetSpec.latest()}).values())[0].result().offset
      places = [TopicPartition(topic, number, offset) for number, offset in enumerate(\(offsets)) if offset]
      for future in admin.delete_records(places).values():
          future.result()
      """)
  }

  /// Deletes the topic and makes another of its name.
  func makeAnew(partitions: Int = UnequalTopic.partitions) throws {
    try administer(
      """
      admin.delete_topics([topic])[topic].result()
      for attempt in range(100):
          time.sleep(0.1)
          try:
              admin.create_topics([NewTopic(topic, \(partitions), 1)])[topic].result()
              break
          except Exception:
              pass
      """)
  }
}
