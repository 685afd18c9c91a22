import Synchronization

/// A counter that any thread may change or read.
struct Counter: ~Copyable, Sendable {
  private let number = Atomic(0)

  var value: Int { number.load(ordering: .relaxed) }

  func add(_ more: Int = 1) { number.wrappingAdd(more, ordering: .relaxed) }

  func set(_ value: Int) { number.store(value, ordering: .relaxed) }
}
