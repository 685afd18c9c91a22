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
    #expect("\(error!)".contains("768 bytes of pixels; 8x8 rgb8 takes 192"))
    #expect(throws: CodecError.self) { try decode(good, limits: FrameLimits(maximumPayload: 100)) }
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
