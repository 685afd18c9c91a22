public import FrameCodecs
public import FrameSources
public import KafkaTransport

/// Why a comparison failed.
public enum BenchError: Error, Sendable, CustomStringConvertible {
  case source(SourceError)
  case codec(CodecError)
  case transport(TransportError)
  /// A compared program failed.
  case peer(name: String, reason: String)
  /// An invalid file.
  case unreadable(String, String)
  /// The user stopped the comparison before there was anything to report.
  case stopped
  /// Invalid or incompatible arguments on the command line.
  case option(String)
  /// The arguments were valid, but the work failed: a full disk, a port in use, missing frames.
  case failed(String)

  /// Whether the arguments on the command line were invalid, not the things they name.
  public var isUsage: Bool {
    switch self {
    case .codec(.unknownCodec), .codec(.parameter), .option: true
    default: false
    }
  }

  /// The reason without the name of the peer.
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
