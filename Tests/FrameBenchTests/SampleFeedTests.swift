import FrameCore
import FrameSources
import Testing

@testable import FrameBench

@Suite struct SampleFeedTests {
  /// Frames that do not arrive are a failure of the way, and no wrong option.
  @Test func framesThatDoNotArriveAreNoWrongOption() throws {
    let frames = try SampleFrames(try SourceOpener.open(["synthetic:8x8"]), limit: 1)
    let feed = SampleFeed(frames, takesFiles: false, window: FlowWindow(limit: 1, timeout: 0.1))
    let pool = FramePool(buffers: 2)
    guard case .frame = try feed.next(into: pool) else {
      Issue.record("no frame")
      return
    }
    let error = #expect(throws: SourceError.self) { _ = try feed.next(into: pool) }
    guard case .unreadable(_, let reason) = error else {
      Issue.record("\(error!)")
      return
    }
    #expect(reason.hasPrefix("the frames before did not reach the model within 0.1 s"))
  }
}
