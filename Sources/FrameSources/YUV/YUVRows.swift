import FrameCore

/// Rows of a frame's planes, 8 bits per sample: in place, or the high bits of larger samples.
final class YUVRows {
  enum Plane: Int {
    case luma
    case blue
    case red
  }

  let size: FrameSize
  private let offsets: [Int]
  private let widths: [Int]
  private let bitDepth: Int
  private let bytesPerSample: Int
  /// One row for each plane; empty where rows are used in place.
  private let narrowed: UnsafeMutablePointer<UInt8>
  private let stride: Int

  init(_ format: YUVFormat, _ size: FrameSize) {
    self.size = size
    let luma = size.width * size.height
    let chromaWidth = format.chromaWidth(size.width)
    let chroma = chromaWidth * format.chromaHeight(size.height)
    bytesPerSample = format.bytesPerSample
    offsets = [0, luma, luma + chroma].map { $0 * format.bytesPerSample }
    widths = [size.width, chromaWidth, chromaWidth]
    bitDepth = format.bitDepth
    stride = format.bitDepth > 8 ? size.width : 0
    narrowed = .allocate(capacity: 3 * stride)
  }

  deinit { narrowed.deallocate() }

  /// Returns a row of 8-bit samples. Valid until the next row of the same plane is requested.
  func row(_ plane: Plane, _ at: Int, _ source: UnsafeRawBufferPointer) -> UnsafePointer<UInt8> {
    let index = plane.rawValue
    guard bitDepth > 8 else { return start(plane, at, source).assumingMemoryBound(to: UInt8.self) }
    let target = narrowed + index * stride
    narrow(plane, at, source, into: target)
    return UnsafePointer(target)
  }

  /// Writes a row of 8-bit samples.
  func copy(
    _ plane: Plane, _ at: Int, _ source: UnsafeRawBufferPointer, into target: UnsafeMutablePointer<UInt8>
  ) {
    guard bitDepth == 8 else { return narrow(plane, at, source, into: target) }
    target.update(
      from: start(plane, at, source).assumingMemoryBound(to: UInt8.self), count: widths[plane.rawValue])
  }

  private func start(_ plane: Plane, _ at: Int, _ source: UnsafeRawBufferPointer) -> UnsafeRawPointer {
    let index = plane.rawValue
    let offset = offsets[index] + at * widths[index] * bytesPerSample
    precondition(offset + widths[index] * bytesPerSample <= source.count, "a row of the planes")
    return source.baseAddress! + offset
  }

  private func narrow(
    _ plane: Plane, _ at: Int, _ source: UnsafeRawBufferPointer, into target: UnsafeMutablePointer<UInt8>
  ) {
    Self.narrow(start(plane, at, source), count: widths[plane.rawValue], bitDepth: bitDepth, into: target)
  }

  /// Extracts the high 8 bits of two-byte samples. Values above the maximum of `bitDepth` are clamped to 255.
  static func narrow(
    _ from: UnsafeRawPointer, count: Int, bitDepth: Int, into target: UnsafeMutablePointer<UInt8>
  ) {
    let shift = UInt16(bitDepth - 8)
    for x in 0..<count {
      let sample = UInt16(littleEndian: from.loadUnaligned(fromByteOffset: 2 &* x, as: UInt16.self)) &>> shift
      // At least one bit was shifted out: signed numbers, which processors narrow eight at a time.
      target[x] = UInt8(truncatingIfNeeded: min(Int16(bitPattern: sample), 255))
    }
  }
}
