/// What a start-of-image marker begins, that lies where none is expected.
enum JPEGStart: Equatable {
  /// A file of the stream.
  case file
  /// A thumbnail, up to here: segments of its own file follow, or the rest of the segment it lies in.
  case embedded(end: Int)
  /// No whole file: it was cut off, or is damaged. The search goes on here.
  case broken(end: Int)
  /// So many bytes must be there, from the marker on, to tell.
  case unknown(count: Int)

  /// Thumbnails are no longer.
  private static let longest = 0xFFFF

  /// - Parameters:
  ///   - start: offset of the marker.
  ///   - isLast: whether no bytes follow these.
  ///   - segment: where the segment ends in which it lies, if it lies in one.
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
