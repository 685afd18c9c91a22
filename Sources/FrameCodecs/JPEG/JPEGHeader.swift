import CJPEG

/// The segments of a JPEG file before its entropy-coded data, as the start of other files.
struct JPEGHeader {
  /// First byte of the entropy-coded data.
  private(set) var dataStart = 0
  private var bytes: [UInt8] = []
  /// Where in `bytes` the height stands.
  private var heightAt = 0

  /// Reads the header of a file that `libjpeg` has read before: baseline, one scan of all components.
  /// - Returns: false for any other file.
  mutating func read(_ file: UnsafeRawBufferPointer, _ info: ff_jpeg_info) -> Bool {
    bytes.removeAll(keepingCapacity: true)
    heightAt = 0
    bytes.append(0xFF)
    bytes.append(0xD8)
    var at = 2
    while at + 4 <= file.count {
      guard file[at] == 0xFF else { return false }
      let marker = file[at + 1]
      if marker == 0xFF {  // fill byte
        at += 1
        continue
      }
      let end = at + 2 + (Int(file[at + 2]) << 8 | Int(file[at + 3]))
      guard end <= file.count, end >= at + 4 else { return false }
      switch marker {
      case 0xC0, 0xC1:
        heightAt = bytes.count + 5
      case 0xC2, 0xC3, 0xC5...0xC7, 0xC9...0xCB, 0xCD...0xCF: return false
      case 0xE1...0xED, 0xEF, 0xFE:
        // EXIF, ICC profiles, comments: of no use to a stripe. JFIF and Adobe tell the colours.
        at = end
        continue
      default: break
      }
      bytes.append(contentsOf: file[at..<end])
      if marker == 0xDA {
        dataStart = end
        return heightAt > 0 && Int(file[at + 4]) == (info.planeCount == 1 ? 1 : 3)
      }
      at = end
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
