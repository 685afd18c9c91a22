import Testing

@testable import FrameBench

/// When a client falls behind: by what arrives late, however few frames a turn has.
struct LoadTests {
  private func passages(_ delays: [Int64], interval: Int64) -> [PeerPair.Passage] {
    delays.enumerated().map { number, delay in
      let due = 1_000_000_000 + Int64(number) * interval
      return PeerPair.Passage(start: due, done: due + delay / 2, received: due + delay)
    }
  }

  @Test func onlyWhatQueuesLengthensATurn() {
    let interval: Int64 = 33_000_000
    let inTime = passages([2_000_000, 40_000_000, 3_000_000, 32_000_000], interval: interval)
    #expect(LoadedClient.span(inTime, interval: interval) == 4 * interval)
    let queued = passages([2_000_000, 40_000_000, 80_000_000, 120_000_000], interval: interval)
    #expect(LoadedClient.span(queued, interval: interval) == 3 * interval + 120_000_000)
  }
}
