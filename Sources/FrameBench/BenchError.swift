public import FrameCodecs
public import FrameSources
public import KafkaTransport

/// Why a comparison cannot be made.
public enum BenchError: Error, Sendable, CustomStringConvertible {
  case source(SourceError)
  case codec(CodecError)
  case transport(TransportError)
  /// A program that is compared with others failed.
  case peer(name: String, reason: String)
  /// A file that is not what it should be.
  case unreadable(String, String)
  /// The user stopped it before there was anything to report.
  case stopped
  /// What was asked for makes no sense: wrong words on the command line.
  case option(String)
  /// It was asked for rightly and could not be done: a full disk, a port that is taken, frames that went missing.
  case failed(String)

  /// Whether the words on the command line were wrong, not what they name.
  public var isUsage: Bool {
    switch self {
    case .codec(.unknownCodec), .codec(.parameter), .option: true
    default: false
    }
  }

  /// The reason without the name of what failed.
  var reason: String {
    if case .peer(_, let reason) = self { reason } else { description }
  }

  public var description: String {
    switch self {
    case .source(let error): "\(error)"
    case .codec(let error): "\(error)"
    case .transport(let error): "\(error)"
    case .peer(let name, let reason): "\(name): \(reason)"
    case .unreadable(let file, let reason): "\(file): \(reason)"
    case .stopped: "stopped before anything was measured: there is nothing to report"
    case .option(let reason), .failed(let reason): reason
    }
  }
}
