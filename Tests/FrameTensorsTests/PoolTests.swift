import FrameCore
import FrameTensors
import Testing

@Suite struct PoolTests {
  @Test func slotsAreContiguousAndAligned() throws {
    let spec = plain(3, 5, batch: 3)
    let batch = try #require(TensorPool(spec: spec, batches: 1).take())
    #expect(Int(bitPattern: batch.base) % 64 == 0)
    #expect(spec.bytesPerFrame == 3 * 5 * 3 * 4 && spec.elementsPerFrame == 45)
    #expect(batch.slotBytes(2).baseAddress == batch.base + 2 * spec.bytesPerFrame)
  }

  @Test func movesSlots() throws {
    let batch = try #require(TensorPool(spec: plain(1, 1, .gray, type: .uint8, batch: 3), batches: 1).take())
    for slot in 0..<3 { batch.slotBytes(slot)[0] = UInt8(slot + 5) }
    batch.moveSlot(from: 2, to: 0)
    batch.moveSlot(from: 1, to: 1)
    #expect((0..<3).map { batch.slotBytes($0)[0] } == [7, 6, 7])
  }

  @Test func memoryComesBackWithTheLastReference() throws {
    let pool = TensorPool(spec: plain(2, 2), batches: 2)
    var first = pool.take()
    let second = pool.take()
    #expect(pool.available == 0)
    let base = try #require(first?.base)
    first?.count = 1
    first = nil
    #expect(pool.available == 1)
    let again = try #require(pool.take())
    #expect(again.base == base && again.count == 0)
    #expect(second != nil)
  }

  @Test func takeWaitsForARelease() {
    let pool = TensorPool(spec: plain(2, 2), batches: 1)
    var held = pool.take()
    let taken = Monitor(false)
    let thread = PipelineThread("take") {
      _ = pool.take()
      taken.withLock { $0 = true }
    }
    #expect(held != nil && !taken.withLock { $0 })
    held = nil
    thread.join()
    #expect(taken.withLock { $0 })
  }

  @Test func closeWakesAndEnds() {
    let pool = TensorPool(spec: plain(2, 2), batches: 1)
    let held = pool.take()
    let gotNothing = Monitor(false)
    let thread = PipelineThread("take") {
      let none = pool.take() == nil
      gotNothing.withLock { $0 = none }
    }
    pool.close()
    thread.join()
    #expect(gotNothing.withLock { $0 })
    #expect(held != nil && pool.take() == nil)
  }
}
