import FrameCore

/// JPEG files followed by others of the same moment in one file: MPO (CIPA DC-007-2009, 5.1).
enum MultiPictureFile {
  private static let name: [UInt8] = Array("MPF\0".utf8)

  /// Whether a JPEG file is the first of several: it has an index of them in an APP2 segment.
  static func isFirst(_ file: RawSpan) -> Bool {
    var segments = JPEGSegments(file)
    while let segment = segments.next() {
      guard segment.marker == 0xE2, segment.data.count >= name.count else { continue }
      let at = segment.data.lowerBound
      if name.indices.allSatisfy({ file[at + $0] == name[$0] }) { return true }
    }
    return false
  }
}
