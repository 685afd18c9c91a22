import FrameCore
import Testing

@Suite struct PathTextTests {
  private static let paths: [[UInt8]] = [
    [], Array("a/b.jpg".utf8), Array("caf\u{E9}/\u{1F3A5}.png".utf8), [0xFF], [0x63, 0xE9, 0x2E, 0x6A],
    // Cut short, too long, a surrogate, beyond Unicode.
    [0xF0, 0x9F, 0x8E], [0xC0, 0xAF], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0x80, 0xC3, 0xA9, 0xC3],
    // The characters that stand for bytes.
    Array("\u{10F780}\u{10F7FF}".utf8), Array("\u{10F77F}\u{10F800}".utf8),
  ]

  @Test(arguments: paths) func everyPathComesBack(_ path: [UInt8]) {
    #expect(PathText.bytes(PathText.text(path)) == path)
  }

  @Test func anyBytesComeBack() {
    var random = SystemRandomNumberGenerator()
    for _ in 0..<2000 {
      // Mostly what begins and goes on with a character of many bytes.
      let path = (0..<Int.random(in: 1...12)).map { _ in
        [UInt8.random(in: 1...255, using: &random), 0xF4, 0x8F, 0x9D, 0xBF].randomElement()!
      }
      #expect(PathText.bytes(PathText.text(path)) == path, "\(path)")
    }
  }

  @Test func textIsItselfAndBytesAreShown() {
    #expect(PathText.text("caf\u{E9}.jpg".utf8) == "caf\u{E9}.jpg")
    #expect(!PathText.isEscaped("caf\u{E9}.jpg"))
    #expect(PathText.shown("no " + PathText.text([0xE9, 0x2F, 0xFF, 0x61])) == "no \\xE9/\\xFFa")
  }
}
