import CJPEG
import FrameCore

/// The segments of a JPEG file before its entropy-coded data, used as the header of other files.
struct JPEGHeader {
  /// First byte of the entropy-coded data.
  private(set) var dataStart = 0
  private var bytes: [UInt8] = []
  /// The position of the height in `bytes`.
  private var heightAt = 0

  /// Reads the header of a file that `libjpeg` has read before: baseline, one scan of all components.
  /// - Returns: false for any other file.
  mutating func read(_ file: UnsafeRawBufferPointer, _ info: ff_jpeg_info) -> Bool {
    bytes.removeAll(keepingCapacity: true)
    heightAt = 0
    bytes.append(0xFF)
    bytes.append(0xD8)
    var segments = JPEGSegments(RawSpan(_unsafeBytes: file))
    while let segment = segments.next() {
      switch segment.marker {
      case 0xC0, 0xC1: heightAt = bytes.count + 5
      case 0xE1...0xED, 0xEF, 0xFE:
        // EXIF, ICC profiles and comments are of no use to a stripe. JFIF and Adobe define the colours.
        continue
      default:
        guard !segment.isFrame else { return false }
      }
      bytes.append(contentsOf: file[segment.bytes])
      guard segment.isScan else { continue }
      dataStart = segment.bytes.upperBound
      return heightAt > 0 && segment.data.count > 0
        && Int(file[segment.data.lowerBound]) == (info.planeCount == 1 ? 1 : 3)
    }
    return false
  }

  /// Writes the header of a file that is `height` px high.
  func write(height: Int, into target: inout [UInt8]) {
    target.removeAll(keepingCapacity: true)
    target.append(contentsOf: bytes)
    target[heightAt] = UInt8(height >> 8)
    target[heightAt + 1] = UInt8(height & 0xFF)
  }
}
