/// The headers of a record: docs/record.md.
enum HeaderName {
  static let version: StaticString = "frame-format-version"
  static let run: StaticString = "frame-run"
  static let sequence: StaticString = "frame-sequence"
  static let width: StaticString = "frame-width"
  static let height: StaticString = "frame-height"
  static let pixelFormat: StaticString = "frame-pixel-format"
  static let stride: StaticString = "frame-stride"
  static let contentType: StaticString = "content-type"
  static let contentEncoding: StaticString = "content-encoding"
  static let filter: StaticString = "frame-filter"
  static let scheduled: StaticString = "frame-scheduled-ns"
  static let captured: StaticString = "frame-captured-ns"
  static let encoded: StaticString = "frame-encoded-ns"
  static let sent: StaticString = "frame-sent-ns"
  static let clock: StaticString = "frame-clock"
  /// Present only where frames were dropped.
  static let dropped: StaticString = "frame-dropped"
  static let end: StaticString = "frame-end"
}

extension StaticString {
  /// The text for C interfaces; it exists as long as the program runs.
  var cString: UnsafePointer<CChar> { UnsafeRawPointer(utf8Start).assumingMemoryBound(to: CChar.self) }
}
