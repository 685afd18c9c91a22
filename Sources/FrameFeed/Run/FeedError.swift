public import FrameCodecs
public import FrameModels
public import FrameSources
public import KafkaTransport

/// Why a feed cannot run, or had to stop. The description of the wrapped error says what to do next.
public enum FeedError: Error, Sendable, CustomStringConvertible {
  case source(SourceError)
  case codec(CodecError)
  case transport(TransportError)
  case model(ModelError)
  /// An output file (results, report) cannot be written.
  case output(file: String, reason: String)
  /// The reader of standard output closed the pipe, as `| head` does: the sink stops as for Ctrl-C.
  case readerGone
  /// The options contradict each other.
  case option(String)

  public var description: String {
    switch self {
    case .source(let error): "\(error)"
    case .codec(let error): "\(error)"
    case .transport(let error): "\(error)"
    case .model(let error): "\(error)"
    case .output(let file, let reason): "cannot write \(file): \(reason)"
    case .readerGone: "standard output is no longer read: stopping"
    case .option(let reason): reason
    }
  }
}
