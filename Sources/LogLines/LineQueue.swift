/// Lines that wait to be written, limited to a number of bytes. Lines that do not fit are dropped and counted, and a
/// line with their number takes their place.
///
/// No lock and no thread: ``LineWriter`` has those.
struct LineQueue {
  /// Most bytes that wait. A single line may always wait, whatever its length.
  let limit: Int
  private var waiting: [UInt8] = []
  private var dropped = 0
  /// Whether the lines from ``take()`` are being written.
  private(set) var isWriting = false

  init(limit: Int) { self.limit = limit }

  /// Whether all lines have been written.
  var isIdle: Bool { !isWriting && !hasLines }

  /// Whether there are lines to take.
  var hasLines: Bool { !waiting.isEmpty || dropped > 0 }

  /// Adds a line, or drops it.
  mutating func add(_ text: String) {
    // Later lines must not precede the line that counts the dropped ones.
    guard dropped == 0, waiting.isEmpty || waiting.count + text.utf8.count <= limit else {
      dropped += 1
      return
    }
    waiting.append(contentsOf: text.utf8)
  }

  /// Removes and returns all waiting lines, to be written at once. Call ``written()`` after that.
  mutating func take() -> [UInt8] {
    precondition(!isWriting, "the lines taken before are still being written")
    isWriting = true
    defer {
      waiting = []
      dropped = 0
    }
    guard dropped > 0 else { return waiting }
    let lines = dropped == 1 ? "1 line was" : "\(dropped) lines were"
    return waiting + Array("warning: \(lines) dropped, as standard error was not read\n".utf8)
  }

  /// The lines from ``take()`` have been written, or cannot be.
  mutating func written() {
    precondition(isWriting, "no lines were taken")
    isWriting = false
  }
}
