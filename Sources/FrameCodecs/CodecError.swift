/// Why a frame cannot be encoded or a payload not be decoded.
public enum CodecError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The codec's text on the command line is invalid.
  case unknownCodec(String)
  case parameter(codec: String, problem: String)
  /// A frame of the source cannot be encoded.
  case frame(origin: String, problem: String)
  /// A payload does not match its record's headers.
  case payload(String)
  /// The pool of frame memory is closed because the pipeline is ending.
  case stopped

  public var description: String {
    switch self {
    case .unknownCodec(let text):
      "unknown codec \"\(text)\"; known are raw, jpeg, zstd, base64, with parameters after a colon "
        + "(jpeg:quality=70) and layers joined by + (raw+zstd+base64)"
    case .parameter(let codec, let problem): "codec \(codec): \(problem)"
    case .frame(let origin, let problem): "\(origin): \(problem)"
    case .payload(let problem): problem
    case .stopped: "the pipeline is ending"
    }
  }
}
