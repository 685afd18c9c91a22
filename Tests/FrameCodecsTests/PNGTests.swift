import Foundation
import FrameCodecs
import FrameCore
import Testing

/// A PNG file becomes the samples it stores, as OpenCV and Pillow have it.
@Suite(.enabled(if: python != nil, "FRAMEFEED_PYTHON names no Python")) struct PNGTests {
  /// A line of ``pngScript``.
  struct Case: Decodable {
    let name: String
    let width: Int
    let height: Int
    let file: Data
    let rgb: Data
    let rgba: Data
    let gray: Data
    let opencv: Int?
    let pillow: Int?

    func decoded(_ format: PixelFormat) throws -> [UInt8] {
      let content = FrameContent(.png, try PixelLayout(width: width, height: height, format: format))
      return try decode(Payload(bytes: Array(file), format: PayloadFormat(content: content))).pixels
    }
  }

  static func cases() throws -> [Case] {
    let lines = try run(python!, ["-W", "ignore", "-c", pngScript], input: [])
    return try lines.split(separator: UInt8(ascii: "\n")).map {
      try JSONDecoder().decode(Case.self, from: Data($0))
    }
  }

  /// Every colour type and depth, plain and interlaced, with and without transparency and chunks about colour.
  @Test func storedSamplesAreRead() throws {
    let cases = try Self.cases()
    #expect(cases.count > 120)
    for png in cases {
      // The referees read every one of them alike, but for what the script leaves out.
      #expect(png.opencv == 0 && png.pillow ?? 0 == 0, "\(png.name)")
      #expect(try png.decoded(.rgb8) == Array(png.rgb), "\(png.name)")
      var bgr = Array(png.rgb)
      for at in stride(from: 0, to: bgr.count, by: 3) { bgr.swapAt(at, at + 2) }
      #expect(try png.decoded(.bgr8) == bgr, "\(png.name)")
      #expect(try png.decoded(.rgba8) == Array(png.rgba), "\(png.name)")
      // Pillow and OpenCV differ by 1 in how they round the weights; so do we.
      let gray = try png.decoded(.mono8)
      let worst = zip(gray, png.gray).map { abs(Int($0) - Int($1)) }.max() ?? 255
      #expect(gray.count == png.gray.count && worst <= 1, "\(png.name): \(worst)")
    }
  }

  /// Wherever a file is cut before its last sample, it is refused; behind it nothing is needed.
  @Test func whatIsCutOffIsRefused() throws {
    let png = try #require(try Self.cases().first { $0.name.contains("color 2 depth 8") })
    let data = Array(png.file)
    let end = try #require(data.indices.last { data[$0...].starts(with: Array("IEND".utf8)) }) - 4
    for count in 26..<end {
      let cut = Payload(
        bytes: Array(data[..<count]),
        format: PayloadFormat(
          content: FrameContent(
            .png, try PixelLayout(width: png.width, height: png.height, format: .rgb8))))
      let error = #expect(throws: CodecError.self) { try decode(cut) }
      #expect("\(error!)".contains("the PNG file is damaged: "), "\(count)")
    }
    let whole = Payload(
      bytes: Array(data[..<end]),
      format: PayloadFormat(
        content: FrameContent(.png, try PixelLayout(width: png.width, height: png.height, format: .rgb8))))
    #expect(try decode(whole).pixels == Array(png.rgb))
  }

  /// A wrong checksum of the samples is damage.
  @Test func damagedSamplesAreRefused() throws {
    let png = try #require(try Self.cases().first { $0.name.contains("color 2 depth 8") })
    var data = Array(png.file)
    let start = try #require(data.indices.first { data[$0...].starts(with: Array("IDAT".utf8)) })
    data[start + 40] ^= 1
    let content = FrameContent(.png, try PixelLayout(width: png.width, height: png.height, format: .rgb8))
    let error = #expect(throws: CodecError.self) {
      try decode(Payload(bytes: data, format: PayloadFormat(content: content)))
    }
    #expect("\(error!)".contains("CRC"))
  }
}
