import FrameCodecs
import FrameCore
import Testing

/// Payloads come from the network: whatever they hold, decoding ends in pixels of the right size or an error.
@Suite struct HostilePayloadTests {
  @Test(arguments: ["raw", "jpeg", "zstd", "zstd:filter=none", "raw+base64", "base64", "raw+zstd+base64"])
  func mutatedPayloadsNeverCrash(_ codec: String) throws {
    let layout = try PixelLayout(width: 61, height: 37, format: .rgb8)
    let good = try encode(codec, testPixels(layout), FrameContent(.pixels, layout))
    let decoder = FrameDecoder()
    var generator = SeededGenerator(11)
    var refused = 0
    for _ in 0..<1500 {
      var bytes = good.bytes
      switch Int.random(in: 0..<4, using: &generator) {
      case 0:
        bytes[Int.random(in: 0..<bytes.count, using: &generator)] ^=
          1 << UInt8.random(in: 0..<8, using: &generator)
      case 1: bytes.removeLast(Int.random(in: 1...bytes.count, using: &generator))
      case 2:
        bytes += (0..<Int.random(in: 1..<50, using: &generator)).map { _ in
          UInt8.random(in: 0...255, using: &generator)
        }
      default:
        let start = Int.random(in: 0..<bytes.count, using: &generator)
        for at in start..<min(bytes.count, start + 16) {
          bytes[at] = UInt8.random(in: 0...255, using: &generator)
        }
      }
      do throws(CodecError) {
        let size: (Int, Int) = try decoder.decodePixels(bytes.span.bytes, format: good.format) {
          pixels, layout in
          (pixels.byteCount, layout.byteCount)
        }
        #expect(size == (layout.byteCount, layout.byteCount))
      } catch {
        refused += 1
      }
    }
    #expect(refused > 300)
  }

  @Test func flippedBitsUnderZstdAreAlwaysSeen() throws {
    let layout = try PixelLayout(width: 61, height: 37, format: .rgb8)
    let good = try encode("zstd", testPixels(layout), FrameContent(.pixels, layout))
    for at in stride(from: 12, to: good.bytes.count, by: 7) {
      var bad = good
      bad.bytes[at] ^= 0x10
      #expect(throws: CodecError.self) { try decode(bad) }
    }
  }

  @Test func sizesAreCheckedBeforeMemoryIsTaken() throws {
    let layout = try PixelLayout(width: 16, height: 16, format: .rgb8)
    let good = try encode("zstd:filter=none", testPixels(layout), FrameContent(.pixels, layout))
    // A frame header that declares 2^60 bytes: single segment, eight-byte content size.
    var bomb = good
    bomb.bytes = [0x28, 0xB5, 0x2F, 0xFD, 0xE4, 0, 0, 0, 0, 0, 0, 0, 0x10] + Array(good.bytes.suffix(40))
    #expect(throws: CodecError.self) { try decode(bomb) }
    // A right frame of more pixels than announced.
    var other = good
    other.format.content = FrameContent(.pixels, try PixelLayout(width: 8, height: 8, format: .rgb8))
    let error = #expect(throws: CodecError.self) { try decode(other) }
    #expect("\(error!)".contains("768 bytes of pixels; 8x8 rgb8 needs 192"))
    #expect(throws: CodecError.self) { try decode(good, limits: FrameLimits(maximumPayload: 100)) }
  }

  /// Each scan is a pass over all pixels, so a file of kilobytes could keep a decoder busy for minutes.
  @Test func scansOfAJPEGFileAreLimited() throws {
    let layout = try PixelLayout(width: 8, height: 8, format: .rgb8)
    let good = try encode("jpeg:subsampling=444", testPixels(layout), FrameContent(.pixels, layout))
    let scan = try #require(good.bytes.indices.first { good.bytes[$0...].starts(with: [0xFF, 0xDA]) })
    func file(scans: Int) -> Payload {
      var payload = good
      payload.bytes = Array(good.bytes[..<scan])
      for index in 0..<scans {
        // A scan of one component, and a block of zeros by the standard tables.
        payload.bytes += [0xFF, 0xDA, 0, 8, 1, UInt8(index % 3 + 1), 0x00, 0, 63, 0, 0x2B]
      }
      payload.bytes += [0xFF, 0xD9]
      return payload
    }
    #expect(try decode(file(scans: 64)).pixels == Array(repeating: 128, count: 192))
    let error = #expect(throws: CodecError.self) { try decode(file(scans: 65)) }
    #expect("\(error!)".contains("more than 64 scans"))
    #expect(throws: CodecError.self) { try decode(file(scans: 20_000)) }
    #expect(try decode(file(scans: 3), limits: FrameLimits(maximumScans: 3)).pixels.count == 192)
    #expect(throws: CodecError.self) { try decode(file(scans: 4), limits: FrameLimits(maximumScans: 3)) }
    // The same on the way to planes, and where a source's file is decoded.
    let receiver = IgnoringReceiver()
    for decoder in [FrameDecoder(), FrameDecoder(demand: DecodeDemand { _ in FrameSize("1x1")! })] {
      #expect(throws: CodecError.self) {
        try decoder.decode(file(scans: 65).bytes.span.bytes, format: good.format, to: receiver)
      }
    }
    #expect(throws: CodecError.self) { try encode("raw", file(scans: 65).bytes, good.format.content) }
  }

  private final class IgnoringReceiver: FrameReceiver {
    func receive(_ samples: RawSpan, _ layout: DecodedLayout) {}
    func receive(_ samples: RawSpan, _ layout: DecodedLayout, part: Int, of parts: Int) {}
    func begin(_ layout: PlanarLayout) {}
    func receive(_ samples: RawSpan, luma: Int, chroma: Int) {}
  }

  /// What lies over an image file cannot be told to the byte, but far more than its frame takes is refused.
  @Test func layersHoldNoMoreThanTheFrameTakes() throws {
    let content = FrameContent(.jpeg, try PixelLayout(width: 8, height: 8, format: .rgb8))
    func declared(_ size: UInt32) -> [UInt8] {
      // A frame that declares its size, and one block of 128 KiB of the same byte.
      [0x28, 0xB5, 0x2F, 0xFD, 0xA0] + (0..<4).map { UInt8(truncatingIfNeeded: size >> (8 * $0)) } + [
        3, 0, 0x10, 0,
      ]
    }
    for layers: [PayloadLayer] in [[.zstd], [.base64, .zstd], [.zstd, .zstd]] {
      let bomb = Payload(
        bytes: declared(500_000_000), format: PayloadFormat(content: content, layers: layers))
      let error = #expect(throws: CodecError.self) { try decode(bomb) }
      #expect("\(error!)".contains("holds 500000000 bytes; 8x8 rgb8 needs at most"))
    }
    // Above the limit of payloads, whatever the frame.
    let error = #expect(throws: CodecError.self) {
      try decode(
        Payload(bytes: declared(70_000), format: PayloadFormat(content: content, layers: [.zstd])),
        limits: FrameLimits(maximumPayload: 60_000))
    }
    #expect("\(error!)".contains("above the limit of 60000"))
    let text = Payload(
      bytes: Array(repeating: 0x41, count: 4000), format: PayloadFormat(content: content, layers: [.base64]))
    let long = #expect(throws: CodecError.self) {
      try decode(text, limits: FrameLimits(maximumPayload: 3999))
    }
    #expect("\(long!)".contains("4000 bytes are above the payload limit of 3999"))
  }

  @Test func imageFilesMustBeWhatTheRecordSays() throws {
    let layout = try PixelLayout(width: 32, height: 32, format: .rgb8)
    var payload = try encode("jpeg", testPixels(layout), FrameContent(.pixels, layout))
    payload.format.content = FrameContent(.jpeg, try PixelLayout(width: 16, height: 16, format: .rgb8))
    let error = #expect(throws: CodecError.self) { try decode(payload) }
    #expect("\(error!)".contains("32x32, but 16x16 was announced"))
    payload.format.content = FrameContent(.png, layout)
    #expect(throws: CodecError.self) { try decode(payload) }
    payload.format.content = FrameContent(.jpeg, layout)
    payload.format.filter = .subgreenGradient
    #expect(throws: CodecError.self) { try decode(payload) }
  }

  @Test(arguments: ["A===", "====", "AA=A", "AAA", "AB==", "AAB=", "AA-A", "AAAA\n", "AA A"])
  func base64IsStrict(_ text: String) throws {
    let format = PayloadFormat(
      content: FrameContent(.pixels, try PixelLayout(width: 1, height: 1, format: .mono8)), layers: [.base64])
    #expect(throws: CodecError.self) { try decode(Payload(bytes: Array(text.utf8), format: format)) }
  }
}
