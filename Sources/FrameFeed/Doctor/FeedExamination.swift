import KafkaTransport

/// Checks whether each feed of a topic is on one partition, which keeps its order, and will stay there.
struct FeedExamination {
  typealias Finding = DoctorReport.Finding

  let places: [FeedPlace]
  let partitioner: String

  private static let subject = "feeds"
  /// The most feeds that a finding names.
  private static let most = 4

  var findings: [Finding] {
    let split = places.filter { $0.partitions.count > 1 }
    let moving = places.filter { place in
      place.partitions.count == 1 && place.next.map { $0 != place.partitions[0] } ?? false
    }
    var findings: [Finding] = []
    if !split.isEmpty {
      let names = Self.named(split) { place in
        "feed \(place.feed) is on partitions \(place.partitions.map { "\($0)" }.joined(separator: " and "))"
      }
      findings.append(
        Finding(
          level: .hurts, subject: Self.subject,
          text: names
            + ": its order is kept within each only. Partitions were added, or sources differ in partitioner",
          remedy: "-X partitioner=\(partitioner)  # at every source"))
    }
    if !moving.isEmpty {
      let names = Self.named(moving) { place in
        "feed \(place.feed) is on partition \(place.partitions[0]) and will go to \(place.next ?? 0)"
      }
      findings.append(
        Finding(
          level: .note, subject: Self.subject,
          text: names
            + " when its source starts again (partitioner \(partitioner)): order across the move is not kept",
          remedy:
            "-X partitioner=consistent_random  # librdkafka's own, where a feed should stay as it was sent so far"
        ))
    }
    if findings.isEmpty, !places.isEmpty {
      findings.append(
        Finding(
          level: .good, subject: Self.subject,
          text: places.count == 1
            ? "feed \(places[0].feed) is on one partition"
            : "each of the \(places.count) seen last is on one partition"))
    }
    return findings
  }

  private static func named(_ places: [FeedPlace], _ text: (FeedPlace) -> String) -> String {
    let texts = places.prefix(most).map(text).joined(separator: ", ")
    return places.count > most ? "\(texts) (and \(places.count - most) more)" : texts
  }
}
