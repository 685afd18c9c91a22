public import CommandArguments
public import FrameCodecs
public import FrameCore
public import FrameFeed
import FrameSources
public import KafkaTransport
public import LogLines

// Enumerations whose raw values are the argument's words.
extension DecodeDemand.Exactness: ArgumentValue {}
extension FrameOrientation.Policy: ArgumentValue {}
extension DamagedPictures: ArgumentValue {}

/// How a sink, which decodes every picture, handles damaged ones.
enum DecodedDamage: String, CaseIterable, ArgumentValue {
  case refuse, keep

  var pictures: DamagedPictures { self == .keep ? .keep : .refuse }
}

extension LogLevel: ArgumentValue {}
extension PixelFormat: ArgumentValue {}
extension QueuePolicy: ArgumentValue {}
extension SettingsPreset: ArgumentValue {}
extension SinkOptions.Policy: ArgumentValue {}

/// The colour matrix of a source that does not specify one.
enum MatrixChoice: String, ArgumentValue, CaseIterable {
  case auto
  case bt601
  case bt709

  /// `nil` lets the source decide.
  var matrix: ColorMatrix? { ColorMatrix(rawValue: rawValue) }
}

extension FrameSize: ArgumentValue {
  public init?(argument: String) { self.init(argument) }
  public var argument: String { "\(width)x\(height)" }
  public static var expectation: String { "WIDTHxHEIGHT, as in 1280x720" }
}

extension StreamOptions.Pace: ArgumentValue {
  public init?(argument: String) {
    switch argument {
    case "source": self = .source
    case "max": self = .asFastAsPossible
    default:
      guard let rate = Double(argument: argument), rate > 0, rate <= 100_000 else { return nil }
      self = .rate(rate)
    }
  }

  public var argument: String {
    switch self {
    case .source: "source"
    case .asFastAsPossible: "max"
    case .rate(let rate): rate.argument
    }
  }

  public static var expectation: String { "a number above 0, at most 100000, or source or max" }
}

/// How often a source is read.
enum LoopCount: ArgumentValue {
  case times(Int)
  case forever

  init?(argument: String) {
    if argument == "forever" {
      self = .forever
    } else if let count = Int(argument), count > 0 {
      self = .times(count)
    } else {
      return nil
    }
  }

  var argument: String { count.map { "\($0)" } ?? "forever" }
  static var expectation: String { "a number from 1, or forever" }

  /// The number of loops; `nil` for no limit.
  var count: Int? {
    if case .times(let count) = self { count } else { nil }
  }
}

/// A time in a video: seconds, optionally with minutes and hours before them.
struct PlayTime: ArgumentValue {
  let seconds: Double
  let argument: String

  /// The longest time accepted, s: three years.
  private static let longest = 1e8

  init?(argument: String) {
    let parts = argument.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count <= 3, let last = parts.last, last.first?.isNumber == true,
      let seconds = Double(argument: String(last)), parts.count == 1 || seconds < 60
    else { return nil }
    var whole = 0
    for (index, part) in parts.dropLast().enumerated() {
      guard part.count <= 7, let number = Int(part), number >= 0, index == 0 || number < 60 else {
        return nil
      }
      whole = whole * 60 + number
    }
    self.seconds = Double(whole) * 60 + seconds
    guard self.seconds <= Self.longest else { return nil }
    self.argument = argument
  }

  static var expectation: String { "seconds, or [hours:]minutes:seconds, as in 90.5 or 1:30.5" }
}

/// The partitions that a sink reads alone: `all`, or numbers separated by commas.
enum AssignedPartitions: ArgumentValue, Equatable {
  case all
  case these([Int32])

  init?(argument: String) {
    guard argument != "all" else {
      self = .all
      return
    }
    let numbers = argument.split(separator: ",", omittingEmptySubsequences: false).map { Int32($0) }
    guard numbers.allSatisfy({ $0 ?? -1 >= 0 }) else { return nil }
    self = .these(numbers.compactMap { $0 })
  }

  var argument: String {
    switch self {
    case .all: "all"
    case .these(let numbers): numbers.map(String.init).joined(separator: ",")
    }
  }

  static var expectation: String { "all, or numbers of partitions between commas, as in 0,3" }
  static var choices: [String] { ["all"] }
}

/// The value of `acks`: which brokers must store a record before it is acknowledged.
struct Acknowledgements: ArgumentValue {
  let argument: String

  init?(argument: String) {
    // -1 is librdkafka's number for `all`.
    guard Self.choices.contains(argument) || argument == "-1" else { return nil }
    self.argument = argument
  }

  static var expectation: String { "0, 1 or all" }
  static var choices: [String] { ["0", "1", "all"] }
}

/// `key=value`.
struct KeyValue: ArgumentValue {
  let key: String
  let value: String

  init?(argument: String) {
    guard let (key, value) = KafkaSettings.split(argument) else { return nil }
    self.key = key
    self.value = value
  }

  var argument: String { "\(key)=\(value)" }
  static var expectation: String { "key=value" }
}

extension AllowedValues<String> {
  static let name = AllowedValues("not empty") { !$0.isEmpty }
  static let feedName = AllowedValues("1 to 255 bytes of UTF-8") {
    (1...255).contains($0.utf8.count) && !PathText.isEscaped($0)
  }
  /// Kafka's rule. librdkafka treats a name with `^` as a pattern, and waits without limit for an invalid name.
  static let topicName = AllowedValues("the name of one topic: letters, digits, dots, _ and -") {
    KafkaDestination.isTopic($0)
  }
}

extension AllowedValues<Double> {
  /// Frames per second of a measurement: bounded, so that its duration in ns does not overflow.
  package static let rate = range(0.001...100_000)
  /// Seconds, at most a day.
  package static let seconds = above(0, atMost: 86_400)
  package static let secondsOrNone = range(0...86_400)
  /// Milliseconds.
  static let age = above(0, atMost: 1e9)
}

extension AllowedValues<Int> {
  /// The number of repetitions within one run.
  package static let times = range(1...1_000_000)
}
