import FrameCore
import Testing

@Suite struct FramePoolTests {
  private struct Exhausted: Error {}

  /// #require cannot carry a noncopyable value.
  private func taken(_ pool: FramePool, _ capacity: Int) throws -> FrameBuffer {
    guard let buffer = pool.take(capacity) else { throw Exhausted() }
    return buffer
  }

  @Test func memoryIsAlignedAndReused() throws {
    let pool = FramePool(buffers: 2)
    var address: UnsafeMutableRawPointer?
    do {
      let buffer = try taken(pool, 1_000_000)
      #expect(Int(bitPattern: buffer.stableAddress) % 64 == 0)
      address = buffer.stableAddress
    }
    let again = try taken(pool, 900_000)
    #expect(again.stableAddress == address)
    #expect(pool.outstanding == 1)
  }

  @Test func takeWaitsForARelease() throws {
    let pool = FramePool(buffers: 3)
    let queue = BoundedQueue<FrameBuffer>(capacity: 3)
    for _ in 0..<3 { queue.push(try taken(pool, 100)) }
    let releaser = PipelineThread("releaser") { _ = queue.pop() }
    let another = try taken(pool, 100)
    #expect(another.capacity >= 100)
    releaser.join()
  }

  @Test func closeWakesTheWaiter() throws {
    let pool = FramePool(buffers: 3)
    let held = BoundedQueue<FrameBuffer>(capacity: 3)
    for _ in 0..<3 { held.push(try taken(pool, 10)) }
    let closer = PipelineThread("closer") { pool.close() }
    let refused = pool.take(10) == nil
    #expect(refused)
    closer.join()
  }

  @Test func growingKeepsTheBytes() throws {
    let pool = FramePool(buffers: 1)
    var buffer = try taken(pool, 4)
    let bytes: [UInt8] = [1, 2, 3, 4]
    buffer.append(copying: bytes.span.bytes)
    buffer.reserve(1 << 20)
    #expect(buffer.count == 4)
    let last = buffer.bytes[3]
    #expect(last == 4)
  }
}
