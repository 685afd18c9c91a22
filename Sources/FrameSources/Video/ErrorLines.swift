import FrameCore
import Glibc

/// The standard error of a child, line by line, to whoever asks first: a thread that waits for it, or one that must know
/// now what the child said before it wrote something else.
final class ErrorLines: Sendable {
  private struct State {
    var line: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: ErrorLines.longestLine)
    var isOpen = true
  }

  private let descriptor: Int32
  private let state: Monitor<State>
  private let take: @Sendable (Span<UInt8>) -> Void

  /// Bytes of a line that are kept; the rest of a longer one is left out.
  private static let longestLine = 4096

  /// - Parameters:
  ///   - descriptor: the end of a pipe, taken over.
  ///   - take: gets each line, without its line feed; never two at a time.
  init(owning descriptor: Int32, _ take: @escaping @Sendable (Span<UInt8>) -> Void) {
    self.descriptor = descriptor
    self.take = take
    state = Monitor(State())
    _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
  }

  deinit { _ = close(descriptor) }

  /// Takes lines until the child has closed its standard error.
  func takeAll() {
    var ready = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    repeat {
      while poll(&ready, 1, -1) < 0, errno == EINTR {}
    } while takeWritten()
  }

  /// Takes all lines written so far.
  /// - Returns: whether more may come.
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
