import Glibc

/// Finds the end of a JPEG file in a stream of them by its marker segments (ITU-T T.81, B.1.1).
///
/// Segments are skipped by their length, so that an embedded thumbnail neither ends nor starts a file. What libjpeg
/// skips is skipped (fill bytes, stray bytes between segments and before markers); the decoder checks whether the data
/// is good. A truncated file ends where the next one starts, also when it is truncated in a segment whose length then
/// extends into the next file.
struct JPEGScanner {
  enum End {
    /// After the end-of-image marker.
    case complete
    /// Without a marker: the next file starts here.
    case nextFile
    /// For a nested file: its segments are not contiguous.
    case broken
  }

  private enum State {
    /// Before the start-of-image marker.
    case start
    /// Between the segments before a scan.
    case header
    /// In entropy-coded data, or between two scans.
    case scans
  }

  private var state = State.start
  /// Whether bytes outside any segment were skipped: the next bytes may be the inside of one.
  private var hasStrayed = false
  /// Whether this scans a possible file inside a segment, in which no further files are searched for.
  private let isNested: Bool
  /// How the file ended; `nil` while it has not.
  private(set) var end: End?
  /// Whether the file's first scan has been reached.
  private(set) var hasScan = false
  /// Bytes needed after the end of the last ``scan(_:isLast:)`` to make progress.
  private(set) var needs = 2

  init(isNested: Bool = false) { self.isNested = isNested }

  /// Scans further bytes, which start where the last call ended.
  /// - Parameter isLast: whether no bytes follow these.
  /// - Returns: how many bytes certainly belong to the file.
  mutating func scan(_ bytes: UnsafeRawBufferPointer, isLast: Bool = false) -> Int {
    var at = 0
    needs = 1
    while end == nil {
      guard step(bytes, &at, isLast) else { return isLast ? bytes.count : at }
    }
    return at
  }

  /// - Returns: false when more bytes are needed.
  private mutating func step(_ bytes: UnsafeRawBufferPointer, _ at: inout Int, _ isLast: Bool) -> Bool {
    if case .start = state {
      guard has(2, bytes, at) else { return false }
      at += 2
      state = .header
      return true
    }
    // Most of a file is data without markers.
    let marker = bytes.firstFF(from: at)
    if case .header = state, marker != at, at < bytes.count {
      hasStrayed = true
      if isNested {
        end = .broken
        return true
      }
    }
    at = marker ?? bytes.count
    guard marker != nil else { return has(1, bytes, at) }
    guard has(2, bytes, at) else { return false }
    switch bytes[at + 1] {
    case 0xFF: at += 1  // fill
    case 0xD9:
      at += 2
      end = .complete
    case 0xD8:
      guard has(3, bytes, at) else { return false }
      guard bytes[at + 2] == 0xFF else {
        at += 2
        return true
      }
      if case .header = state, hasStrayed, !isNested { return thumbnail(bytes, &at, isLast) }
      end = .nextFile
    case let code where Self.mostBytes(of: code, amidScans: state == .scans) > 0:
      return segment(code, bytes, &at, isLast)
    default: at += 2  // a stuffed byte, a restart, or a marker without a segment
    }
    return true
  }

  /// Skips a file that starts among stray header bytes, if it is the thumbnail of a segment with a damaged marker or
  /// length. Otherwise it is the next file.
  private mutating func thumbnail(
    _ bytes: UnsafeRawBufferPointer, _ at: inout Int, _ isLast: Bool
  ) -> Bool {
    switch JPEGStart(bytes, at, isLast) {
    case .unknown(let count): return has(count, bytes, at)
    case .embedded(let end): at = end
    default: end = .nextFile
    }
    return true
  }

  /// Skips the segment whose marker is at `at`.
  private mutating func segment(
    _ code: UInt8, _ bytes: UnsafeRawBufferPointer, _ at: inout Int, _ isLast: Bool
  ) -> Bool {
    guard has(4, bytes, at) else { return false }
    let isScan = code == 0xDA
    let length = Int(bytes[at + 2]) << 8 | Int(bytes[at + 3])
    guard length >= 2, length <= Self.mostBytes(of: code, amidScans: state == .scans) else {
      // Damaged: the decoder will report it. Data is never skipped without a scan of it.
      if isScan { beginScan() }
      at += 2
      return true
    }
    let next = at + 2 + length
    guard bytes.count > next || isLast else { return has(length + 3, bytes, at) }
    let segment = at + 2..<min(next, bytes.count)
    let isFollowed = next < bytes.count && (isScan || bytes[next] == 0xFF)
    if !isFollowed, state == .scans || !Self.isKnown(code) {
      // A marker that damage produced.
      hasStrayed = true
      at += 2
      return true
    }
    // A table of coefficients, and a segment that holds files, may contain bytes like the start of a file.
    guard !isFollowed || code != 0xDB && !Self.mayHoldFiles(code) else {
      return pass(next, isScan, bytes, &at)
    }
    guard !isNested else {
      if !isFollowed || bytes.firstStartOfImage(in: segment) != nil {
        end = .broken
        return true
      }
      return pass(next, isScan, bytes, &at)
    }
    var from = segment.lowerBound
    while from < segment.upperBound, let start = bytes.firstStartOfImage(in: from..<segment.upperBound) {
      switch Self.mayHoldFiles(code) ? JPEGStart(bytes, start, isLast, in: segment.upperBound) : .file {
      case .file:
        at = start
        end = .nextFile
        return true
      case .embedded(let end), .broken(let end): from = end
      case .unknown(let count): return has(start - at + count, bytes, at)
      }
    }
    // After the thumbnail in which a damaged length ends.
    return pass(max(next, from > segment.upperBound ? from : next), isScan, bytes, &at)
  }

  private mutating func pass(
    _ next: Int, _ isScan: Bool, _ bytes: UnsafeRawBufferPointer, _ at: inout Int
  ) -> Bool {
    guard next <= bytes.count else { return has(next - at, bytes, at) }
    at = next
    if isScan { beginScan() }
    return true
  }

  private mutating func beginScan() {
    hasScan = true
    state = .scans
  }

  private mutating func has(_ count: Int, _ bytes: UnsafeRawBufferPointer, _ at: Int) -> Bool {
    guard bytes.count - at < count else { return true }
    needs = count
    return false
  }

  /// Returns the most bytes that the segment of a marker may claim; 0 for a marker without one.
  ///
  /// Between scans only segments that encoders write there are accepted, because damaged data may look like any marker.
  private static func mostBytes(of code: UInt8, amidScans: Bool) -> Int {
    switch code {
    case 0xDA: 6 + 2 * 4  // four components
    case 0xC4: amidScans ? 2 + 8 * (17 + 256) : 0xFFFF  // eight tables
    case 0xDB: amidScans ? 2 + 4 * 129 : 0xFFFF
    case 0xDC, 0xDD: amidScans ? 4 : 0xFFFF
    case 0x00, 0x01, 0xD0...0xD9, 0xFF: 0
    default: amidScans ? 0 : 0xFFFF
    }
  }

  private static func isKnown(_ code: UInt8) -> Bool {
    switch code {
    case 0xC8: false
    case 0xC0...0xEF, 0xFE: true
    default: false
    }
  }

  /// Whether segments of this kind may contain other files: APPn, COM, and damaged forms of their markers.
  private static func mayHoldFiles(_ code: UInt8) -> Bool {
    switch code {
    case 0xC8: true
    case 0xC0...0xCF, 0xDA...0xDF: false
    default: true
    }
  }
}

extension UnsafeRawBufferPointer {
  /// Returns the offset of the next 0xFF.
  func firstFF(from start: Int) -> Int? {
    guard let base = baseAddress, start < count,
      let found = memchr(base + start, 0xFF, count - start)
    else { return nil }
    return UnsafeRawPointer(found) - base
  }

  /// Returns the offset of the next start-of-image marker followed by another marker, as in every JPEG file.
  func firstStartOfImage(in range: Range<Int>) -> Int? {
    var at = range.lowerBound
    while let found = firstFF(from: at), found < range.upperBound, found + 2 < count {
      if self[found + 1] == 0xD8, self[found + 2] == 0xFF { return found }
      at = found + 1
    }
    return nil
  }
}
