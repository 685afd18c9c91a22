import FrameCore
import FrameLatency
import Testing

@testable import FrameFeed
@testable import KafkaTransport

/// What the tests write into a ledger.
extension RunLedgerTests {
  /// A ledger, and frames by short names.
  struct Book {
    var ledger = RunLedger()

    mutating func assign(
      _ partition: Int32, _ offset: Int64, _ cause: PartitionBeginning.Cause, lost: Range<Int64> = 0..<0,
      of count: Int = 1
    ) {
      let beginning = PartitionBeginning(partition: partition, offset: offset, cause: cause, lost: lost)
      ledger.assigned([beginning], of: count)
    }

    private func place(_ partition: Int32, _ offset: Int64, _ generation: Int) -> RecordPlace {
      RecordPlace(partition: partition, offset: offset, assignment: 1, generation: generation)
    }

    /// - Returns: whether it is to be decoded.
    @discardableResult
    mutating func frame(
      _ run: String, _ sequence: Int?, _ partition: Int32, _ offset: Int64, generation: Int = 0
    ) -> Bool {
      let place = place(partition, offset, generation)
      let isAgain = ledger.noteReceived(place)
      let identity = FrameIdentity(feed: "drone", run: run, sequence: sequence)
      return ledger.noteFrame(identity, place, isAgain: isAgain)
    }

    mutating func end(_ run: String, _ count: Int, _ partition: Int32, _ offset: Int64, generation: Int = 0) {
      let place = place(partition, offset, generation)
      let isAgain = ledger.noteReceived(place)
      let identity = FrameIdentity(feed: "drone", run: run, sequence: nil)
      ledger.noteEnd(identity, count: count, place, isAgain: isAgain)
    }

    /// What becomes of frames that arrived.
    mutating func infer(_ run: String, _ count: Int = 1) {
      for _ in 0..<count { ledger.noteInferred(FrameIdentity(feed: "drone", run: run, sequence: nil), 0) }
    }

    /// Runs of one frame each, as a camera that reconnects makes them, from an offset on.
    /// - Returns: the next offset.
    @discardableResult
    mutating func shortRuns(_ names: Range<Int>, from offset: Int64) -> Int64 {
      var offset = offset
      for name in names {
        frame("r\(name)", 0, 0, offset)
        infer("r\(name)")
        end("r\(name)", 1, 0, offset + 1)
        offset += 2
      }
      return offset
    }

    func absences(_ run: String, unread: Set<Int32> = []) -> [RunLedger.Absence?: Int] {
      ledger.absences(of: ledger.runs[.init(feed: "drone", run: run)]!) { unread.contains($0) }
    }

    func summary(unread: Set<Int32> = []) -> RunLedger.Summary { ledger.summary { unread.contains($0) } }
  }
}
