import Testing

@testable import KafkaTransport

/// Runs the reading side's state through all that may happen around it: joins, leaves, kills, deletions, a topic made
/// anew, answers in any order, late words of brokers.
@Suite struct ReadingExplorerTests {
  /// Every order of the first steps, each led to its end.
  @Test func everyOrderOfFewSteps() {
    var world = ReadingWorld([2, 1])
    world.take(.join(0))
    world.take(.find(0))
    var layer: [ReadingWorld: [ReadingWorld.Step]] = [world: []]
    var seen: Set<ReadingWorld> = [world]
    var checked = 0
    for _ in 0..<6 {
      var next: [ReadingWorld: [ReadingWorld.Step]] = [:]
      for (world, path) in layer {
        for step in world.steps {
          var after = world
          after.take(step)
          if !seen.insert(after).inserted { continue }
          next[after] = path + [step]
          var settled = after
          settled.settle()
          checked += 1
          #expect(settled.whatIsWrong == nil, "\(settled.whatIsWrong ?? ""): \(path + [step])")
        }
        if seen.count > 20_000 { break }
      }
      layer = next
    }
    #expect(checked > 2000)
    print("explored \(checked) states")
  }

  /// Long walks, by chance.
  @Test(arguments: 0..<1500) func longWalks(seed: Int) {
    var random = SplitMix(state: UInt64(seed))
    var world = ReadingWorld([3, 1])
    world.joins = 5
    world.kills = 2
    var walk: [ReadingWorld.Step] = []
    for _ in 0..<60 {
      guard let step = world.steps.randomElement(using: &random) else { break }
      walk.append(step)
      world.take(step)
    }
    world.settle()
    #expect(world.whatIsWrong == nil, "\(world.whatIsWrong ?? ""): \(walk)")
  }
}
