import FrameCore
import Testing

@Suite struct BoundedQueueTests {
  @Test func dropOldestKeepsTheLatest() {
    let queue = BoundedQueue<Int>(capacity: 2, whenFull: .dropOldest)
    #expect(queue.push(1) == .accepted)
    #expect(queue.push(2) == .accepted)
    #expect(queue.push(3) == .acceptedDropping(1))
    #expect(queue.pop() == 2)
    #expect(queue.pop() == 3)
  }

  @Test func dropNewestKeepsTheOldest() {
    let queue = BoundedQueue<Int>(capacity: 1, whenFull: .dropNewest)
    #expect(queue.push(1) == .accepted)
    #expect(queue.push(2) == .dropped)
    #expect(queue.pop() == 1)
  }

  @Test func bytesBoundTheQueueButOneLargeElementPasses() {
    let queue = BoundedQueue<Int>(capacity: 8, bytes: 100, whenFull: .dropNewest)
    #expect(queue.push(1, bytes: 500) == .accepted)
    #expect(queue.push(2, bytes: 1) == .dropped)
    #expect(queue.pop() == 1)
    #expect(queue.push(3, bytes: 60) == .accepted)
    #expect(queue.push(4, bytes: 60) == .dropped)
  }

  @Test func blockedPusherGoesOnWhenRoomIsMade() {
    let queue = BoundedQueue<Int>(capacity: 1)
    queue.push(0)
    let pusher = PipelineThread("pusher") { for i in 1...1000 { queue.push(i) } }
    for i in 0...1000 { #expect(queue.pop() == i) }
    pusher.join()
  }

  @Test func closeLetsTheRestOutThenEnds() {
    let queue = BoundedQueue<Int>(capacity: 4)
    queue.push(1)
    queue.close()
    #expect(queue.push(2) == .closed)
    #expect(queue.pop() == 1)
    #expect(queue.pop() == nil)
    #expect(queue.isFinished)
  }
}
