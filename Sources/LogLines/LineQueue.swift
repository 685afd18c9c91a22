/// Lines that wait to be written, up to a number of bytes. What comes when it is full is dropped and counted, and how
/// many were is said in their place.
///
/// No lock and no thread: ``LineWriter`` has those.
struct LineQueue {
  /// What waits at most, bytes. One line may always wait, however long.
  let limit: Int
  private var waiting: [UInt8] = []
  private var dropped = 0
  /// Whether what was taken is being written.
  private(set) var isWriting = false

  init(limit: Int) { self.limit = limit }

  /// Whether all that came is written.
  var isIdle: Bool { !isWriting && !hasLines }

  /// Whether there is something to take.
  var hasLines: Bool { !waiting.isEmpty || dropped > 0 }

  /// Adds a text, or drops it.
  mutating func add(_ text: String) {
    // What comes after dropped lines must not stand before the word of them.
    guard dropped == 0, waiting.isEmpty || waiting.count + text.utf8.count <= limit else {
      dropped += 1
      return
    }
    waiting.append(contentsOf: text.utf8)
  }

  /// All that waits, to be written at once; ``written()`` follows.
  mutating func take() -> [UInt8] {
    precondition(!isWriting, "what was taken is still being written")
    isWriting = true
    defer {
      waiting = []
      dropped = 0
    }
    guard dropped > 0 else { return waiting }
    let lines = dropped == 1 ? "1 line was" : "\(dropped) lines were"
    return waiting + Array("warning: \(lines) dropped, as standard error was not read\n".utf8)
  }

  /// What was taken is written, or cannot be.
  mutating func written() {
    precondition(isWriting, "nothing was taken")
    isWriting = false
  }
}
