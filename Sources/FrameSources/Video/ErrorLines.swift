import FrameCore
import Glibc

/// The standard error of a child, line by line. Two threads read it: one that waits for it, and one that needs what the
/// child wrote there before its other output.
final class ErrorLines: Sendable {
  private struct State {
    var line: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: ErrorLines.longestLine)
    var isOpen = true
  }

  private let descriptor: Int32
  private let state: Monitor<State>
  private let take: @Sendable (Span<UInt8>) -> Void

  /// Bytes of a line that are kept; the rest of a longer line is dropped.
  private static let longestLine = 4096

  /// - Parameters:
  ///   - descriptor: the end of a pipe; this object owns it.
  ///   - take: receives each line, without its line feed; never called concurrently.
  init(owning descriptor: Int32, _ take: @escaping @Sendable (Span<UInt8>) -> Void) {
    self.descriptor = descriptor
    self.take = take
    state = Monitor(State())
    _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
  }

  deinit { _ = close(descriptor) }

  /// Reads lines until the child has closed its standard error.
  func takeAll() {
    var ready = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    repeat {
      while poll(&ready, 1, -1) < 0, errno == EINTR {}
    } while takeWritten()
  }

  /// Reads all lines written so far.
  /// - Returns: whether more may follow.
  @discardableResult
  func takeWritten() -> Bool {
    state.withLock { state in
      while state.isOpen {
        let got = state.chunk.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
        if got < 0, errno == EINTR { continue }
        if got < 0, errno == EAGAIN { return true }
        guard got > 0 else {
          state.isOpen = false
          self.end(&state)
          break
        }
        for at in 0..<got {
          let byte = state.chunk[at]
          if byte == 0x0A || byte == 0x0D {
            self.end(&state)
          } else if state.line.count < Self.longestLine {
            state.line.append(byte)
          }
        }
      }
      return false
    }
  }

  private func end(_ state: inout State) {
    if !state.line.isEmpty { take(state.line.span) }
    state.line.removeAll(keepingCapacity: true)
  }
}
