import Foundation
import Testing

@testable import FrameCore

@Suite struct FrameClockTests {
  /// "unknown" made one clock of all hosts without a boot id.
  @Test func processesWithoutABootIDHaveClocksOfTheirOwn() {
    let bootID = try? String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8)
    if let bootID { #expect(FrameClock.domain == bootID.trimmingCharacters(in: .whitespacesAndNewlines)) }
    #expect(FrameClock.domain != "unknown" && FrameClock.domain == FrameClock.domain)
    #expect(FrameClock.ownName(process: 7) != FrameClock.ownName(process: 7))
    #expect(FrameClock.ownName(process: 7).hasPrefix("process-7-"))
  }
}
