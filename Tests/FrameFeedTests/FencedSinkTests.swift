import Foundation
import Testing

/// Two sinks that were given one name for their place in the group.
@Suite(.serialized, .enabled(if: broker != nil, "FRAMEFEED_BROKER names a broker; make test starts one"))
struct FencedSinkTests {
  /// The broker gives the place to the newer one; why the older had to go was not said.
  @Test func theOlderOneIsToldTheCause() throws {
    let scratch = try Scratch(partitions: 1)
    func sink(_ seconds: String) throws -> RunningCommand {
      try RunningCommand(
        framefeed,
        [
          "sink", "--topic", scratch.topic, "--group", scratch.topic, "--quiet", "--log-level", "info",
          "--idle-timeout", seconds, "-X", "group.instance.id=rig-1",
        ])
    }
    let older = try sink("60")
    #expect(eventually { older.errorsSoFar.contains("reading partitions") })
    let newer = try sink("6")
    let fenced = try older.wait()
    #expect(fenced.code == 1)
    #expect(
      fenced.errors.contains("another sink with the same group.instance.id replaced this one in the group"),
      "\(fenced.errors)")
    let done = try newer.wait()
    #expect(done.code == 0, "\(done.errors)")
  }
}
