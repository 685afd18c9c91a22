import Foundation
import Testing

@testable import KafkaTransport
@testable import FrameFeedCommand

/// `topic describe` where something cannot be asked.
@Suite struct TopicPictureTests {
  /// One partition without a leader, brokers that know nothing of disks, settings that the login may not see.
  @Test func whatCannotBeAskedIsNotNought() throws {
    let cluster = try MockCluster(brokers: 2)
    cluster.create("frames", partitions: 3)
    for partition: Int32 in 0..<3 { cluster.setLeader("frames", partition, to: partition % 2 + 1) }
    let settings = KafkaSettings(brokers: cluster.brokers)
    let producer = try CopyingProducer(settings, topic: "frames")
    for number in 0..<40 { try producer.send([1], key: "feed-\(number)") }
    try producer.flush()
    cluster.setLeader("frames", 1, to: nil)
    let admin = try TopicAdmin(settings)
    guard case .there(let layout) = try admin.look(for: "frames") else {
      Issue.record("it is not there")
      return
    }
    #expect(layout.map(\.leader) == [1, nil, 1])
    let denied = Denial(
      .describingTopic("frames"), KafkaCode(rawValue: 29), login: Login(isUsed: true, name: "cam"),
      servers: cluster.brokers)
    let picture = try TopicPicture(
      TopicDescription(name: "frames", layout: layout, configuration: [:], withheld: denied),
      admin,
      all: false)
    #expect(picture.isIncomplete)
    let rows = picture.text.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
    let second = try #require(rows.first { $0.first == "1" })
    #expect(second[1] == "-" && second.suffix(3) == ["-", "-", "-"], "\(picture.text)")
    let first = try #require(rows.first { $0.first == "0" })
    #expect(
      first[1] == "1" && first[4] == "0" && Int(first[5]) ?? 0 > 0 && first[6] == "-", "\(picture.text)")
    for words in [
      "partition 1: there is no leader", "bytes: broker 1 does not report them: ",
      "settings: this login (cam) needs DescribeConfigs on topic frames: kafka-acls.sh ",
    ] { #expect(picture.text.contains("\n" + words), "\(words) is not in \(picture.text)") }
    let json = try picture.json()
    #expect(!json.contains("bytes\" :") && json.contains("there is no leader"), "\(json)")
  }
}
