import LogLines
import Synchronization
import Testing

@Suite struct LogTests {
  /// Keeps the lines that a log gives it.
  final class Lines: Sendable {
    let all = Mutex<[LogLine]>([])
  }

  @Test(arguments: LogLevel.allCases) func linesBelowTheLevelAreDroppedUnmade(level: LogLevel) {
    let lines = Lines()
    let log = Log(level: level) { line in lines.all.withLock { $0.append(line) } }
    let made = Mutex(0)
    func message() -> String {
      made.withLock { $0 += 1 }
      return "text"
    }
    for each in LogLevel.allCases { log(each, message()) }
    let wanted = LogLevel.allCases.filter { $0 >= level }
    #expect(lines.all.withLock { $0.map(\.level) } == wanted)
    #expect(made.withLock { $0 } == wanted.count)
  }

  @Test func levelsAreInOrder() {
    #expect(LogLevel.allCases.sorted() == LogLevel.allCases)
    #expect(LogLevel.trace < .debug && LogLevel.warning < .error)
  }

  @Test func aLineShowsItsLevelAndKeepsItsFields() {
    #expect(LogLine(level: .warning, message: "late").text == "warning: late")
    #expect(LogLine(level: .info, message: "created").text == "created")
    let lines = Lines()
    let log = Log { line in lines.all.withLock { $0.append(line) } }
    log.error("frames@12: rejected", [.field("topic", "frames"), .field("offset", 12)])
    let line = lines.all.withLock { $0[0] }
    #expect(line.text == "error: frames@12: rejected")
    #expect(line.fields.map { "\($0.key)=\($0.value)" } == ["topic=frames", "offset=12"])
  }

  @Test func textFromTheNetworkCannotSteerATerminal() {
    let line = LogLine(level: .notice, message: "a\u{1B}[2Jb\nc\u{202E}d")
    #expect(line.text == "a?[2Jb?c?d")
  }
}
