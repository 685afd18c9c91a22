import Foundation
import FrameCore
import Testing

@Suite struct PipelineThreadTests {
  /// Address space of this process, bytes.
  private func addressSpace() throws -> Int {
    let text = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
    return try #require(text.split(separator: " ").first.flatMap { Int($0) }) * Int(getpagesize())
  }

  /// Each that was neither joined nor detached kept its stack: 8 MiB of address space.
  @Test func aThreadThatIsLetGoLeavesNothingBehind() throws {
    let before = try addressSpace()
    for _ in 0..<400 {
      let ended = Monitor(false)
      _ = PipelineThread("short") {
        ended.withLock { $0 = true }
        ended.wakeAll()
      }
      ended.withLock(waitingUntil: { $0 }) { _ in }
    }
    #expect(try addressSpace() - before < 200 * 8 << 20)
  }

  @Test func aThreadThatIsJoinedHasEnded() {
    let ended = Lock(false)
    let thread = PipelineThread("joined") { ended.withLock { $0 = true } }
    thread.join()
    #expect(ended.withLock { $0 })
  }

  /// It goes on without its owner.
  @Test func aThreadOutlivesItsOwner() {
    let (go, ended) = (Monitor(false), Monitor(false))
    _ = PipelineThread("left alone") {
      go.withLock(waitingUntil: { $0 }) { _ in }
      ended.withLock { $0 = true }
      ended.wakeAll()
    }
    go.withLock { $0 = true }
    go.wakeAll()
    ended.withLock(waitingUntil: { $0 }) { _ in }
  }
}
