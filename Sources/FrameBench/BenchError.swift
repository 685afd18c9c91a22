public import FrameCodecs
public import FrameSources

/// Why a comparison cannot be made.
public enum BenchError: Error, Sendable, CustomStringConvertible {
  case source(SourceError)
  case codec(CodecError)
  /// What was asked for makes no sense with this source.
  case option(String)

  /// Whether the words on the command line were wrong, not what they name.
  public var isUsage: Bool {
    switch self {
    case .codec(.unknownCodec), .codec(.parameter), .option: true
    default: false
    }
  }

  public var description: String {
    switch self {
    case .source(let error): "\(error)"
    case .codec(let error): "\(error)"
    case .option(let reason): reason
    }
  }
}
