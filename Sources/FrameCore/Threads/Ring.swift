/// A first-in first-out buffer of fixed capacity. All memory is allocated in init; elements may be noncopyable.
///
/// Adding and removing are O(1) and allocate nothing.
@usableFromInline
struct Ring<Element: ~Copyable>: ~Copyable {
  // Sound: only `self`, which is noncopyable, refers to this memory; the `count` slots from `head` on, wrapping at the
  // end, are initialised, and no others.
  @usableFromInline let slots: UnsafeMutablePointer<Element>
  @usableFromInline let capacity: Int
  @usableFromInline var head = 0
  @usableFromInline var count = 0

  /// - Parameter capacity: number of elements it can hold; 1 or more.
  @usableFromInline
  init(capacity: Int) {
    precondition(capacity > 0, "a ring holds 1 element or more")
    self.capacity = capacity
    slots = .allocate(capacity: capacity)
  }

  @inlinable
  deinit {
    for at in 0..<count { (slots + slot(at)).deinitialize(count: 1) }
    slots.deallocate()
  }

  @inlinable var isEmpty: Bool { count == 0 }
  @inlinable var isFull: Bool { count == capacity }

  /// Adds an element at the end. The ring must not be full.
  @inlinable
  mutating func append(_ element: consuming Element) {
    precondition(!isFull, "a full ring takes no element")
    (slots + slot(count)).initialize(to: element)
    count += 1
  }

  /// Removes and returns the oldest element; `nil` when the ring is empty.
  @inlinable
  mutating func popFirst() -> Element? {
    guard !isEmpty else { return nil }
    let element = (slots + head).move()
    head = slot(1)
    count -= 1
    return element
  }

  /// Removes all elements; the memory is kept.
  @inlinable
  mutating func removeAll() {
    while popFirst() != nil {}
    head = 0
  }

  /// Returns the slot of the element `at` places after the oldest.
  @inlinable
  func slot(_ at: Int) -> Int {
    let slot = head + at
    return slot < capacity ? slot : slot - capacity
  }
}
