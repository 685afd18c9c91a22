/// What starts at an unexpected start-of-image marker.
enum JPEGStart: Equatable {
  /// A file of the stream.
  case file
  /// A thumbnail that ends at `end`: followed by further segments of its file, or the rest of its segment.
  case embedded(end: Int)
  /// Not a whole file: truncated or damaged. The search continues at `end`.
  case broken(end: Int)
  /// `count` bytes are needed, from the marker on, to decide.
  case unknown(count: Int)

  /// Longest thumbnail, bytes.
  private static let longest = 0xFFFF

  /// - Parameters:
  ///   - start: offset of the marker.
  ///   - isLast: whether no bytes follow these.
  ///   - segment: the end of the segment that contains the marker; 0 outside any segment.
  init(_ bytes: UnsafeRawBufferPointer, _ start: Int, _ isLast: Bool, in segment: Int = 0) {
    var inner = JPEGScanner(isNested: true)
    let count = inner.scan(UnsafeRawBufferPointer(rebasing: bytes[start...]))
    let end = start + count
    switch inner.end {
    case .broken: self = .broken(end: start + 1)
    case .nextFile: self = .broken(end: end)
    case .complete:
      guard end + 3 <= bytes.count || isLast else {
        self = .unknown(count: count + 3)
        return
      }
      let behind = bytes[end...].prefix(3)
      if behind.isEmpty || behind.elementsEqual([0xFF, 0xD8, 0xFF]) {
        self = .file
      } else if end <= segment || behind.first == 0xFF && behind.dropFirst().first != 0xFF {
        self = .embedded(end: end)
      } else {
        self = .file
      }
    case nil:
      self = isLast || count >= Self.longest ? .file : .unknown(count: count + inner.needs)
    }
  }
}
