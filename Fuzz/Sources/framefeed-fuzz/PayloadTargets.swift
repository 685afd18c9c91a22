import FrameCodecs
import FrameCore

/// Payloads as a sink meets them, under headers that the input says too.
extension FuzzTarget {
  /// An input is two bytes for the frame's size, two for its format and what is asked of the decoder, and the
  /// payload.
  static func payload(_ kind: FrameContent.Kind, _ layers: [PayloadLayer], filter: PixelFilter? = nil) -> Run
  {
    { bytes in
      guard bytes.count >= 4, let content = content(kind, bytes) else { return }
      decode(bytes, PayloadFormat(content: content, filter: filter, layers: layers))
    }
  }

  /// Kind, filter and layers from the input too: one more byte.
  static func anyLayers(_ bytes: UnsafeRawBufferPointer) {
    guard bytes.count >= 5 else { return }
    let choice = Int(bytes[4])
    let kinds: [FrameContent.Kind] = [.pixels, .jpeg, .png]
    guard let content = content(kinds[(choice & 3) % 3], bytes) else { return }
    var format = PayloadFormat(content: content, filter: choice & 4 == 0 ? nil : .subgreenGradient)
    for layer in 0..<choice >> 3 & 3 {
      format.layers.append(choice >> (5 + layer) & 1 == 0 ? .zstd : .base64)
    }
    decode(bytes, format, start: 5)
  }

  private static func content(_ kind: FrameContent.Kind, _ bytes: UnsafeRawBufferPointer) -> FrameContent? {
    let formats = PixelFormat.allCases
    let format = formats[Int(bytes[2]) % formats.count]
    let padding = kind == .pixels ? Int(bytes[2]) / formats.count % 8 : 0
    let width = Int(bytes[0])
    let stride = padding == 0 ? nil : width * format.bytesPerPixel + padding
    return
      (try? PixelLayout(
        width: width, height: Int(bytes[1]), format: format, stride: stride, limits: limits)).map {
        FrameContent(kind, $0)
      }
  }

  private static func decode(_ bytes: UnsafeRawBufferPointer, _ format: PayloadFormat, start: Int = 4) {
    let payload = RawSpan(_unsafeBytes: UnsafeRawBufferPointer(rebasing: bytes[start...]))
    let asked = Int(bytes[3])
    var demand = DecodeDemand { size in
      let least = asked >> 4 & 7
      return FrameSize(width: max(1, size.width >> least), height: max(1, size.height >> least)) ?? size
    }
    demand.exactness = DecodeDemand.Exactness.allCases[(asked & 3) % 3]
    demand.orientation = asked & 4 == 0 ? .exif : .stored
    demand.wantsColor = asked & 8 == 0
    let decoder = FrameDecoder(limits: limits, demand: demand)
    try? decoder.decode(payload, format: format, to: Reader())
    _ = try? decoder.decodePixels(payload, format: format) { pixels, layout in
      require(pixels.byteCount == layout.byteCount, "\(pixels.byteCount) bytes of \(layout)")
      Reader.touch(pixels)
    }
  }

  /// Reads every byte it is lent: AddressSanitizer sees those that nobody owns.
  private final class Reader: FrameReceiver {
    static func touch(_ samples: RawSpan) {
      var sum: UInt8 = 0
      samples.withUnsafeBytes { for byte in $0 { sum ^= byte } }
      withExtendedLifetime(sum) {}
    }

    func receive(_ samples: RawSpan, _ layout: DecodedLayout) {
      require(samples.byteCount >= layout.byteCount, "\(samples.byteCount) bytes of \(layout)")
      Self.touch(samples)
    }

    func receive(_ samples: RawSpan, _ layout: DecodedLayout, part: Int, of parts: Int) {
      receive(samples, layout)
    }

    func begin(_ layout: PlanarLayout) {
      require(layout.size.width <= 255 && layout.size.height <= 255, "\(layout)")
    }

    func receive(_ samples: RawSpan, luma: Int, chroma: Int) { Self.touch(samples) }
  }
}
