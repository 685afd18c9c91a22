import FrameLatency
import Testing

@testable import FrameBench

/// The verdicts of the sweep of broker settings, and what its arguments change.
struct BrokerSettingTests {
  private func load(_ ratios: [Double], again: [Double]? = nil) throws -> SettingsReport.Load {
    let histogram = DurationHistogram()
    histogram.record(1_000_000)
    return SettingsReport.Load(
      latency: try #require(histogram.summary()), ratio: RatioInterval(ratios),
      again: again.map { RatioInterval($0) })
  }

  @Test func aDifferenceMustComeTwice() throws {
    let (less, more, same) = (
      [0.5, 0.52, 0.49, 0.5, 0.51, 0.53], [1.5, 1.6, 1.4, 1.5, 1.7, 1.5], [0.9, 1.1, 1, 1.2, 0.8, 1]
    )
    #expect(try load(less, again: less).verdict == "better 0.51 x (0.49 to 0.53), again 0.51")
    #expect(try load(more, again: more).verdict == "worse 1.50 x (1.40 to 1.70), again 1.50")
    // One that flips, or is gone, is none.
    for (again, median) in [(more, "1.50"), (same, "1.00")] {
      #expect(
        try load(less, again: again).verdict == "no measurable difference (0.49 to 0.53), again \(median)")
    }
    #expect(try load(same).verdict == "no measurable difference (0.80 to 1.20)")
    // The client's settings are measured once.
    #expect(try load(less).verdict == "0.51 x (0.49 to 0.53)")
  }

  @Test func argumentsNameWhatChanges() throws {
    let broker = try BrokerVariant(argument: "num.io.threads=2")
    #expect(
      broker.recipe.settings == ["num.io.threads=2"] && broker.topic.isEmpty
        && broker.setting == "num.io.threads" && broker.group == .one)
    #expect(try BrokerVariant(argument: "replica.fetch.wait.max.ms=10").group == .three)
    let topic = try BrokerVariant(argument: "topic:flush.messages=1")
    #expect(topic.topic == ["flush.messages": "1"] && topic.recipe.settings.isEmpty)
    let java = try BrokerVariant(argument: "-XX:+UseZGC")
    // In place of G1: the JVM has one collector.
    #expect(java.recipe.java == ["-XX:+UseZGC"] && java.recipe.settings.isEmpty)
    #expect(try BrokerVariant(argument: "-Xmn64m").recipe.java == BrokerRecipe.garbageFirst + ["-Xmn64m"])
    #expect(throws: BenchError.self) { try BrokerVariant(argument: "num.io.threads") }
  }

  /// Every setting of the original test's list has a row, and no two rows are one.
  @Test func theOriginalListIsThere() {
    let names = Set(BrokerVariant.standard.map(\.setting))
    let list = [
      "socket.receive.buffer.bytes", "socket.send.buffer.bytes", "num.network.threads", "num.io.threads",
      "topic:flush.messages", "log.flush.interval.messages", "fetch.purgatory.purge.interval.requests",
      "producer.purgatory.purge.interval.requests", "num.replica.fetchers", "replica.fetch.max.bytes",
      "replica.fetch.wait.max.ms", "replication.factor", "acks", "topic:compression.type", "TLS",
      "JVM collector",
      "JVM heap",
      "G1HeapRegionSize",
    ]
    #expect(names.isSuperset(of: list), "\(Set(list).subtracting(names))")
    let keys = BrokerVariant.standard.map { "\($0.group) \($0.setting)=\($0.value)" }
    #expect(Set(keys).count == keys.count)
  }

  @Test func aRecipeIsACommandLine() {
    var recipe = BrokerRecipe(nodes: 3, settings: ["num.io.threads=2"])
    recipe.certificate = "/c.pem"
    let arguments = recipe.arguments(directory: "/d")
    #expect(arguments.starts(with: ["run", "--temporary", "/d", "--nodes", "3", "--heap", "1g"]))
    #expect(arguments.contains("--java=-XX:+UseG1GC") && arguments.contains("TLS=SSL"))
    #expect(
      arguments.suffix(6) == [
        "--set", "num.io.threads=2", "--set", "ssl.keystore.type=PEM", "--set",
        "ssl.keystore.location=/c.pem",
      ])
  }
}
