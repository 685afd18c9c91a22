import FrameCore

@testable import KafkaTransport

/// What a record says of itself.
extension FuzzTarget {
  /// An input is lines of `name=value`, both of any bytes; all of it is a key too.
  static func recordHeaders(_ bytes: UnsafeRawBufferPointer) {
    feedName(bytes)
    var headers = FrameHeaders()
    var texts = RepeatedTexts()
    for line in bytes.split(separator: 0x0A) {
      let parts = line.split(separator: 0x3D, maxSplits: 1, omittingEmptySubsequences: false)
      // As librdkafka gives them: a name ends in zero, a value has a length.
      let name = parts[0].map { CChar(bitPattern: $0) } + [0]
      let value = parts.count > 1 ? Array(parts[1]) : []
      _ = value.withUnsafeBytes { headers.take(name, $0, &texts) }
    }
    _ = headers.identity(feed: "feed")
    guard let frame = try? headers.frame(feed: "feed", limits: limits) else { return }
    let layout = frame.format.content.layout
    require(layout.width * layout.height <= limits.maximumPixels, "\(layout) is within the limits")
    require(layout.byteCount >= layout.width * layout.height, "\(layout) takes \(layout.byteCount) bytes")
    require(frame.format.layers.count <= 4, "\(frame.format.layers.count) layers")
  }

  /// A key's name is that of no other key.
  private static func feedName(_ key: UnsafeRawBufferPointer) {
    guard key.count > 0 else { return }
    let name = FeedName.text(key)
    let isItself = name.utf8.elementsEqual(key)
    require(
      isItself || name.hasPrefix("hex:") || key.count > RecordReader.maximumText, "\(name) stands for it")
    require(name.utf8.count <= 2 * RecordReader.maximumText + 23, "\(name.utf8.count) bytes")
    if !isItself {
      require(Array(name.utf8).withUnsafeBytes(FeedName.text) != name, "\(name) is another key's")
    }
  }

  /// The value of a record without our headers: kind, size and orientation of a file.
  static func imageHeader(_ bytes: UnsafeRawBufferPointer) {
    let file = RawSpan(_unsafeBytes: bytes)
    _ = FrameOrientation(jpeg: file)
    guard let content = try? ImageHeader(file)?.content(limits: limits) else { return }
    require(content.layout.width * content.layout.height <= limits.maximumPixels, "\(content.layout)")
  }
}

/// What a broker says of its disks.
extension FuzzTarget {
  static func logDirectories(_ bytes: UnsafeRawBufferPointer) {
    let read = try? LogDirectories(response: RawSpan(_unsafeBytes: bytes), of: "t", correlation: 7)
    guard let found = read?.bytes else { return }
    require(found.count * 21 <= bytes.count, "\(found.count) partitions in \(bytes.count) bytes")
    require(found.values.allSatisfy { $0 >= 0 }, "\(found)")
  }
}
