import FrameCodecs
import Testing

/// What may stand behind `--codec`.
@Suite struct CodecTextTests {
  @Test(arguments: [
    ("raw", "raw"), ("jpeg", "jpeg"), ("zstd", "raw+zstd:level=1,filter=gradient"), ("base64", "jpeg+base64"),
    ("jpeg:quality=70", "jpeg:quality=70,subsampling=420"),
    ("jpeg:subsampling=gray,quality=1", "jpeg:quality=1,subsampling=gray"),
    ("zstd:level=-7,filter=none", "raw+zstd:level=-7,filter=none"), ("raw+base64", "raw+base64"),
    ("raw+zstd+base64", "raw+zstd:level=1,filter=gradient+base64"),
    ("jpeg:quality=70+base64", "jpeg:quality=70,subsampling=420+base64"),
  ])
  func understood(_ text: String, _ canonical: String) throws {
    let codec = try Codec(text)
    #expect(codec.description == canonical)
    #expect(try Codec(canonical) == codec)
  }

  @Test(arguments: [
    ("webp", "raw, jpeg, zstd, base64"), ("", "unknown codec"), ("jpeg:quality=0", "1...100"),
    ("jpeg:quality=101", "1...100"), ("jpeg:quality=high", "1...100"),
    ("jpeg:subsampling=411", "444, 422, 420, gray"),
    ("zstd:level=20", "-7...19"), ("zstd:level=0", "level=0"), ("zstd:filter=png", "none, gradient"),
    ("raw:level=1", "accepts no parameter"), ("jpeg:level=1", "quality, subsampling and restart"),
    ("jpeg:quality", "key=value"),
    ("jpeg:quality=1,quality=2", "twice"), ("base64+raw", "is out of order"),
    ("raw+jpeg", "is out of order"),
    ("base64+base64", "is out of order"), ("raw+base64+zstd", "is out of order"),
    ("raw+", "unknown codec"),
  ])
  func refused(_ text: String, _ says: String) {
    let error = #expect(throws: CodecError.self) { try Codec(text) }
    #expect("\(error!)".contains(says))
  }

  @Test func passthroughIsJPEGWithoutParameters() throws {
    #expect(try Codec("jpeg").isPassthroughJPEG)
    #expect(try Codec("base64").isPassthroughJPEG)
    #expect(try !Codec("jpeg:quality=85").isPassthroughJPEG)
    #expect(try !Codec("raw").isPassthroughJPEG)
  }
}
