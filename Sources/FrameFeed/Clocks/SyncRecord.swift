import FrameLatency

/// One record of the sync topic: words separated by single spaces.
///
/// | text | |
/// |---|---|
/// | `framefeed-sync/1 here DOMAIN` | a source has started: send requests now |
/// | `framefeed-sync/1 ask SINK ASKED` | a sink requests every source's clock |
/// | `framefeed-sync/1 answer SINK DOMAIN ASKED RECEIVED ANSWERED` | a source answers that sink |
///
/// Times are ns since the Unix epoch, by the clock of the host that measured them. Records are hostile input: anything
/// else is rejected.
enum SyncRecord: Equatable {
  case here(domain: String)
  case ask(sink: String, asked: Int64)
  case answer(sink: String, domain: String, asked: Int64, received: Int64, answered: Int64)

  /// The most bytes of a record, and of a name in it.
  static let maximumBytes = 512
  static let maximumName = 128

  private static let version = "framefeed-sync/1"

  var text: String {
    switch self {
    case .here(let domain): "\(Self.version) here \(domain)"
    case .ask(let sink, let asked): "\(Self.version) ask \(sink) \(asked)"
    case .answer(let sink, let domain, let asked, let received, let answered):
      "\(Self.version) answer \(sink) \(domain) \(asked) \(received) \(answered)"
    }
  }

  init?(_ bytes: [UInt8]) {
    guard bytes.count <= Self.maximumBytes, bytes.allSatisfy({ (0x20..<0x7f).contains($0) }) else {
      return nil
    }
    let words = bytes.split(separator: 0x20, omittingEmptySubsequences: false)
      .map { String(decoding: $0, as: UTF8.self) }
    guard words.count >= 3, words[0] == Self.version, (1...Self.maximumName).contains(words[2].utf8.count)
    else { return nil }
    switch (words[1], words.count) {
    case ("here", 3):
      self = .here(domain: words[2])
    case ("ask", 4):
      guard let asked = Self.time(words[3]) else { return nil }
      self = .ask(sink: words[2], asked: asked)
    case ("answer", 7):
      guard (1...Self.maximumName).contains(words[3].utf8.count), let asked = Self.time(words[4]),
        let received = Self.time(words[5]), let answered = Self.time(words[6])
      else { return nil }
      self = .answer(sink: words[2], domain: words[3], asked: asked, received: received, answered: answered)
    default: return nil
    }
  }

  private static func time(_ word: String) -> Int64? {
    guard word.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    return Int64(word)
  }
}
