import FrameCore
import KafkaTransport
import LogLines
import Testing

@testable import FrameFeed

/// What becomes of librdkafka's log lines.
@Suite struct KafkaLogTests {
  private static let refused =
    "[thrd:b:1/bootstrap]: b:1/bootstrap: Connect to ipv4#127.0.0.1:1 failed: Connection refused "

  /// A source whose broker was gone said nothing for minutes.
  @Test func whatGoesWrongIsAWarningOnce() {
    let lines = Lock<[LogLine]>([])
    let log = Log(level: .debug) { line in lines.withLock { $0.append(line) } }
    // Two clients of one process.
    let (first, second) = (kafkaLog(log), kafkaLog(log))
    first(.error, Self.refused + "(after 0ms in state CONNECT)")
    let again = Self.refused.replacing("b:1/bootstrap", with: "127.0.0.1:1/7")
    second(.error, again + "(after 3ms in state CONNECT, 12 identical error(s) suppressed)")
    first(
      .warning, "[thrd:app]: Configuration property acks is a producer property and will be ignored by this c"
    )
    first(.info, "chatter")
    let said = lines.withLock { $0[0].message }
    #expect(
      said == "librdkafka: Connect to ipv4#127.0.0.1:1 failed: Connection refused; it retries")
    let levels = lines.withLock { $0.map(\.level) }
    #expect(levels == [.warning, .info, .info, .debug])
    let quiet = kafkaChatter(log)
    quiet(.error, "b:2: another")
    #expect(lines.withLock { $0.last?.level } == .info)
  }

  @Test func itIsToldAgainAfterAWhileAndInBoundedMemory() {
    let told = RecentLines()
    #expect(told.isNew("a", at: 0) && !told.isNew("a", at: 1) && told.isNew("b", at: 2))
    #expect(!told.isNew("a", at: RecentLines.quiet - 1) && told.isNew("a", at: RecentLines.quiet))
    for number in 0..<1000 { #expect(told.isNew("line \(number)", at: RecentLines.quiet + Int64(number))) }
    #expect(told.isNew("a", at: RecentLines.quiet + 1000), "it has made room")
    #expect(!told.isNew("line 999", at: RecentLines.quiet + 1000))
  }
}
