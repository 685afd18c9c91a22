public import CommandArguments
import FoundationEssentials
public import KafkaTransport

extension ReadingStart: ArgumentValue {
  /// The numbers accepted as ms since 1970: those of 1973 to 2286, with 12 or 13 digits. A date (20261124), seconds or
  /// microseconds have more or fewer digits and would give an unintended time.
  private static let milliseconds: Range<Int64> = 100_000_000_000..<10_000_000_000_000

  public init?(argument: String) {
    switch argument {
    case "committed": self = .committed
    case "beginning": self = .beginning
    case "latest": self = .latest
    default:
      if let milliseconds = Int64(argument) {
        guard Self.milliseconds.contains(milliseconds) else { return nil }
        self = .time(milliseconds)
      } else if Self.hasZone(argument), let date = try? Date(argument, strategy: .iso8601) {
        let milliseconds = Int64((date.timeIntervalSince1970 * 1000).rounded())
        // Kafka uses negative times for special positions.
        guard milliseconds >= 0 else { return nil }
        self = .time(milliseconds)
      } else {
        return nil
      }
    }
  }

  /// Returns whether the time of day ends with Z, +hh:mm, -hhmm or +hh: a time without a zone differs between hosts.
  /// The parser itself accepts any text after the seconds.
  private static func hasZone(_ text: String) -> Bool {
    guard let start = text.firstIndex(of: "T") else { return false }
    let time = text[text.index(after: start)...]
    guard let end = time.firstIndex(where: { !$0.isASCII || !($0.isNumber || $0 == ":" || $0 == ".") }) else {
      return false
    }
    let zone = time[end...]
    if zone == "Z" || zone == "z" { return true }
    guard zone.first == "+" || zone.first == "-" else { return false }
    let shape = zone.dropFirst().map { $0.isASCII && $0.isNumber ? "0" : $0 }
    return ["00", "0000", "00:00"].contains(String(shape))
  }

  public var argument: String {
    switch self {
    case .committed: "committed"
    case .beginning: "beginning"
    case .latest: "latest"
    case .time(let milliseconds): "\(milliseconds)"
    }
  }

  public static var expectation: String {
    "committed, beginning, latest, a time with its zone such as 2026-11-24T08:00:00Z or 2026-11-24T09:00:00+01:00, or milliseconds since 1970 such as 1795507200000 (no date, no seconds)"
  }
}
