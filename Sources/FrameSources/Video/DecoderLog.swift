import FrameCore

/// The messages of ffmpeg on its standard error while it reads a video.
final class DecoderLog: Sendable {
  private struct State {
    /// The first error of a decoder, which may be harmless, and the first of anything else.
    var decoder: String?
    var other: String?
    /// Errors that are not a decoder's.
    var count = 0
    var isSuspicious = false
  }

  private let state = Monitor(State())
  private let codec: String
  private let name: MultilineName

  /// - Parameters:
  ///   - codec: ffmpeg's name of the decoder.
  ///   - path: of the video.
  init(codec: String, path: String) {
    self.codec = codec
    name = MultilineName(path)
  }

  /// Reads a line.
  func take(_ line: Span<UInt8>) {
    line.withUnsafeBufferPointer { bytes in
      if let rest = name.rest(of: bytes) {
        if rest.isCorruptFrame { state.withLock { $0.isSuspicious = true } }
        return
      }
      let line = LogText(bytes)
      switch line.level {
      case .info:
        // "concealing 68 DC, 68 AC, 68 MV errors in P frame": the flag of the frame is lost between threads.
        if line.contains("concealing ") { state.withLock { $0.isSuspicious = true } }
      case .warning:
        if line.isCorruptFrame { state.withLock { $0.isSuspicious = true } }
      case .error:
        let text = line.text
        guard !text.isEmpty else { return }
        let isDecoder = line.speaker == codec[...] || line.speaker == "NULL"
        state.withLock { state in
          state.isSuspicious = state.isSuspicious || isDecoder || line.isLostPacket
          if isDecoder {
            state.decoder = state.decoder ?? text
          } else {
            state.other = state.other ?? text
            state.count += 1
          }
        }
      }
    }
  }

  /// Whether a frame that has not been read yet may be damaged.
  var isSuspicious: Bool { state.withLock { $0.isSuspicious } }
  /// The first error, a decoder's only if there is no other; and the number of errors that are not a decoder's.
  var lastError: String? { state.withLock { $0.other ?? $0.decoder } }
  var errors: Int { state.withLock { $0.count } }
}

extension LogText {
  /// Whether it warns that the next frame lost samples.
  var isCorruptFrame: Bool { contains("corrupt decoded frame") }
  /// Whether a decoder returned nothing for its input.
  var isLostPacket: Bool { contains("Error while decoding stream") || contains("Error submitting packet") }
}
