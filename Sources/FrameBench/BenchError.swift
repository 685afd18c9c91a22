public import FrameCodecs
public import FrameSources

/// Why a comparison cannot be made.
public enum BenchError: Error, Sendable, CustomStringConvertible {
  case source(SourceError)
  case codec(CodecError)
  /// What was asked for makes no sense with this source.
  case option(String)

  public var description: String {
    switch self {
    case .source(let error): "\(error)"
    case .codec(let error): "\(error)"
    case .option(let reason): reason
    }
  }
}
