import FrameCore

/// Takes elements off a queue and numbers them in the order taken, so that workers can share it.
final class Tickets<Element: ~Copyable & Sendable>: Sendable {
  private let queue: BoundedQueue<Element>
  private let next = Lock(0)

  init(_ queue: BoundedQueue<Element>) { self.queue = queue }

  /// The next element with its number; `nil` when the queue is closed and empty.
  ///
  /// The lock is held while waiting: whoever waits for it would wait for the same element.
  func take(_ body: (Int, consuming Element) -> Void) -> Bool {
    var ticket = 0
    let element: Element? = next.withLock { next in
      guard let element = queue.pop() else { return nil }
      ticket = next
      next += 1
      return element
    }
    guard let element else { return false }
    body(ticket, element)
    return true
  }

  /// How many were taken.
  var count: Int { next.withLock { $0 } }
}
