public import FrameCodecs
public import FrameModels
public import FrameSources
public import KafkaTransport

/// Why a feed cannot run, or had to stop. The part's own words say what to do next.
public enum FeedError: Error, Sendable, CustomStringConvertible {
  case source(SourceError)
  case codec(CodecError)
  case transport(TransportError)
  case model(ModelError)
  /// A file of ours (results, report) cannot be written.
  case output(file: String, reason: String)
  /// Whoever read the results closed the pipe, as `| head` does: the sink stops as for Ctrl-C.
  case readerGone
  /// What was asked for does not go together.
  case option(String)

  public var description: String {
    switch self {
    case .source(let error): "\(error)"
    case .codec(let error): "\(error)"
    case .transport(let error): "\(error)"
    case .model(let error): "\(error)"
    case .output(let file, let reason): "cannot write \(file): \(reason)"
    case .readerGone: "standard output is read no more: stopping"
    case .option(let reason): reason
    }
  }
}
