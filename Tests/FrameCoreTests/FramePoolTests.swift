import FrameCore
import Testing

@Suite struct FramePoolTests {
  @Test func memoryIsAlignedAndReused() throws {
    let pool = FramePool(buffers: 2)
    var address: UnsafeMutableRawPointer?
    do {
      let buffer = try #require(pool.take(1_000_000))
      #expect(Int(bitPattern: buffer.stableAddress) % 64 == 0)
      address = buffer.stableAddress
    }
    let again = try #require(pool.take(900_000))
    #expect(again.stableAddress == address)
    #expect(pool.outstanding == 1)
  }

  @Test func takeWaitsForARelease() throws {
    let pool = FramePool(buffers: 3)
    let queue = BoundedQueue<FrameBuffer>(capacity: 3)
    for _ in 0..<3 { queue.push(try #require(pool.take(100))) }
    let releaser = PipelineThread("releaser") { _ = queue.pop() }
    #expect(pool.take(100) != nil)
    releaser.join()
  }

  @Test func closeWakesTheWaiter() throws {
    let pool = FramePool(buffers: 3)
    let held = BoundedQueue<FrameBuffer>(capacity: 3)
    for _ in 0..<3 { held.push(try #require(pool.take(10))) }
    let closer = PipelineThread("closer") { pool.close() }
    let none = pool.take(10)
    #expect(none == nil)
    closer.join()
  }

  @Test func growingKeepsTheBytes() throws {
    let pool = FramePool(buffers: 1)
    var buffer = try #require(pool.take(4))
    let bytes: [UInt8] = [1, 2, 3, 4]
    buffer.append(copying: bytes.span.bytes)
    buffer.reserve(1 << 20)
    #expect(buffer.count == 4)
    let last = buffer.bytes[3]
    #expect(last == 4)
  }
}
