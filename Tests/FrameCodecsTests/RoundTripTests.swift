import FrameCodecs
import FrameCore
import Testing

/// Encoding and decoding give back what went in: exactly where the codec is lossless.
@Suite struct RoundTripTests {
  static let sizes = [(1, 1), (1, 7), (7, 1), (2, 2), (17, 13), (64, 48)]
  static let lossless = [
    "raw", "raw+base64", "zstd", "zstd:level=3", "zstd:filter=none", "zstd:level=-5+base64",
    "raw+zstd+base64",
  ]

  @Test(arguments: lossless)
  func losslessForEveryFormat(_ codec: String) throws {
    for format in PixelFormat.allCases {
      for (width, height) in Self.sizes {
        for padding in [0, format == .i420 ? 0 : 5] {
          let stride = width * format.bytesPerPixel + padding
          let layout = try PixelLayout(width: width, height: height, format: format, stride: stride)
          let pixels = testPixels(layout)
          let payload = try encode(codec, pixels, FrameContent(.pixels, layout))
          let (back, laid) = try decode(payload)
          // A filter packs rows; elsewhere padding stays.
          #expect(rows(back, laid) == rows(pixels, layout), "\(codec) \(layout) +\(padding)")
        }
      }
    }
  }

  private func rows(_ pixels: [UInt8], _ layout: PixelLayout) -> [UInt8] {
    guard layout.format != .i420 else { return pixels }
    return (0..<layout.height).flatMap { pixels[$0 * layout.stride..<$0 * layout.stride + layout.rowBytes] }
  }

  @Test func rawPixelsKeepTheirMemory() throws {
    let pool = FramePool(buffers: 4)
    let layout = try PixelLayout(width: 8, height: 8, format: .rgb8)
    let frame = captured(testPixels(layout), FrameContent(.pixels, layout), pool)
    let before = frame.buffer.stableAddress
    let encoded = try FrameEncoder(codec: try Codec("raw")).encode(frame, into: pool)
    let isSame = encoded.payload.stableAddress == before
    #expect(isSame)
    let stamps = (encoded.scheduled, encoded.captured, encoded.encoded > 0)
    #expect(stamps == (1, 2, true))
  }

  @Test func jpegFilesPassByteForByteUnlessAskedOtherwise() throws {
    let layout = try PixelLayout(width: 48, height: 32, format: .rgb8)
    let file = try encode("jpeg:quality=95", testPixels(layout), FrameContent(.pixels, layout))
    #expect(file.format.content == FrameContent(.jpeg, layout))
    #expect(try encode("jpeg", file.bytes, file.format.content) == file)
    let smaller = try encode("jpeg:quality=30", file.bytes, file.format.content)
    #expect(smaller.bytes.count < file.bytes.count)
    let half = try encode("jpeg", file.bytes, file.format.content, resize: FrameSize(width: 24, height: 16))
    #expect(half.format.content.layout == (try PixelLayout(width: 24, height: 16, format: .rgb8)))
    #expect(try decode(half).layout.width == 24)
  }

  @Test func jpegFilesThatAreCutOffAreRefusedByName() throws {
    let layout = try PixelLayout(width: 48, height: 32, format: .rgb8)
    let file = try encode("jpeg:quality=95", testPixels(layout), FrameContent(.pixels, layout))
    let cut = Array(file.bytes.dropLast(200))
    for codec in ["jpeg", "jpeg:quality=50", "raw"] {
      let error = #expect(throws: CodecError.self) { try encode(codec, cut, file.format.content) }
      #expect("\(error!)".hasPrefix("test.bin frame 3: "))
    }
  }

  @Test(arguments: [PixelFormat.rgb8, .bgr8, .rgba8, .mono8, .i420])
  func jpegIsCloseToThePixels(_ format: PixelFormat) throws {
    for (width, height) in [(1, 1), (17, 13), (64, 48)] {
      let layout = try PixelLayout(width: width, height: height, format: format)
      let payload = try encode(
        "jpeg:quality=100,subsampling=444", testPixels(layout), FrameContent(.pixels, layout))
      let (pixels, laid) = try decode(payload)
      #expect(laid.format == (format == .mono8 ? .mono8 : .rgb8))
      #expect(pixels.count == laid.byteCount && laid.width == width && laid.height == height)
      guard format == .rgb8 || format == .mono8 else { continue }
      // Quality 100 still rounds each coefficient and the colour conversion: about 45 dB.
      #expect(psnr(pixels, testPixels(layout)) > 38)
    }
  }

  /// libjpeg's own limit is below the format's: a frame between them failed with libjpeg's words.
  @Test func aFrameIsAsLongAsLibjpegWritesIt() throws {
    let longest = try PixelLayout(width: 65_500, height: 1, format: .mono8)
    #expect(
      try decode(encode("jpeg:quality=50", testPixels(longest), FrameContent(.pixels, longest))).layout.width
        == 65_500)
    let longer = try PixelLayout(width: 1, height: 65_501, format: .mono8)
    let error = #expect(throws: CodecError.self) {
      try encode("jpeg:quality=50", testPixels(longer), FrameContent(.pixels, longer))
    }
    #expect(
      "\(error!)".contains("is too large for JPEG; the limit of libjpeg is 65500 px a side"), "\(error!)")
  }

  @Test func resizeAveragesAndKeepsFlatAreas() throws {
    let layout = try PixelLayout(width: 4, height: 2, format: .mono8)
    let half = try encode(
      "raw", [10, 20, 200, 100, 30, 40, 0, 100], FrameContent(.pixels, layout), resize: FrameSize("2x1"))
    #expect(half.bytes == [25, 100])
    for format in PixelFormat.allCases {
      let source = try PixelLayout(width: 37, height: 23, format: format)
      for size in ["12x9", "80x50", "1x1", "37x50"] {
        let flat = [UInt8](repeating: 173, count: source.byteCount)
        let payload = try encode("raw", flat, FrameContent(.pixels, source), resize: FrameSize(size))
        #expect(payload.bytes.allSatisfy { $0 == 173 }, "\(format) to \(size)")
        #expect(payload.bytes.count == payload.format.content.layout.byteCount)
      }
    }
  }
}
