import Foundation
import FrameCore
import FrameTensors
import Testing

@testable import FrameCodecs

/// What is a picture: odd files of which nothing is lost are read as the plain file they were made of, by every
/// engine and at both ends; damaged ones are refused, or kept and told.
@Suite struct PictureRuleTests {
  /// A large file, so that a crew cuts it in stripes.
  private static let layout = try! PixelLayout(width: 1021, height: 1003, format: .rgb8)
  private static let pixels = testPixels(layout)
  private static let content = FrameContent(.jpeg, layout)

  /// With the standard tables, and restart markers where asked for.
  private static func plain(restart: Int = 1) throws -> [UInt8] {
    try encode("jpeg:quality=90,subsampling=420,restart=\(restart)", pixels, FrameContent(.pixels, layout))
      .bytes
  }

  private static func start(_ marker: UInt8, in file: [UInt8]) throws -> Int {
    try #require(file.indices.first { file[$0] == 0xFF && file[$0 + 1] == marker })
  }

  /// Without the segments of a marker.
  private static func without(_ marker: UInt8, _ file: [UInt8]) -> [UInt8] {
    var result = Array(file[..<2])
    var segments = JPEGSegments(file.span.bytes)
    var end = 2
    while let segment = segments.next() {
      if segment.marker != marker { result += file[segment.bytes] }
      end = segment.bytes.upperBound
    }
    return result + file[end...]
  }

  struct Kind: CustomTestStringConvertible, Sendable {
    let name: String
    let oddities: PictureOddities
    let make: @Sendable ([UInt8]) throws -> [UInt8]
    var testDescription: String { name }
  }

  static let odd: [Kind] = [
    Kind(name: "plain", oddities: []) { $0 },
    Kind(name: "zeros behind the end", oddities: .trailingBytes) { $0 + Array(repeating: 0, count: 3000) },
    Kind(name: "a second picture behind the end", oddities: .trailingBytes) { $0 + $0 },
    Kind(name: "fill bytes", oddities: []) { file in
      let at = try start(0xC0, in: file)
      return file[..<at] + Array(repeating: 0xFF, count: 7) + file[at...]
    },
    Kind(name: "stray bytes", oddities: .strayBytes) { file in
      let at = try start(0xC0, in: file)
      return file[..<at] + [1, 2, 3] + file[at...]
    },
    Kind(name: "stray bytes behind the start", oddities: .strayBytes) { file in
      let at = try start(0xDB, in: file)
      return file[..<at] + [0xFF, 0, 0x41] + file[at...]
    },
    Kind(name: "spare bytes before restarts", oddities: .spareBytes) { file in
      var result = Array(file[..<(try start(0xD0, in: file))])
      for at in result.count..<file.count {
        if file[at] == 0xFF, (0xD0...0xD7).contains(file[at + 1]) {
          result += Array(repeating: 0x55, count: at % 40)
        }
        result.append(file[at])
      }
      return result
    },
    Kind(name: "spare bytes before the end", oddities: .spareBytes) {
      $0.dropLast(2) + Array(repeating: 0, count: 1500) + [0xFF, 0xD9]
    },
    Kind(name: "selection 0 to 0", oddities: .scanParameters) { file in
      var file = file
      file[try start(0xDA, in: file) + 2 + 2 + 1 + 6 + 1] = 0
      return file
    },
    Kind(name: "approximation", oddities: .scanParameters) { file in
      var file = file
      file[try start(0xDA, in: file) + 2 + 2 + 1 + 6 + 2] = 0x11
      return file
    },
    Kind(name: "JFIF 2.01", oddities: .jfifRevision) { file in
      var file = file
      file[try start(0xE0, in: file) + 9] = 2
      return file
    },
    Kind(name: "Adobe transform 7", oddities: .adobeMarker) { file in
      let adobe: [UInt8] = [0xFF, 0xEE, 0, 14] + Array("Adobe".utf8) + [0, 100, 0, 0, 0, 0, 7]
      return file[..<2] + adobe + without(0xE0, file)[2...]
    },
    Kind(name: "no end", oddities: .noEndMarker) { $0.dropLast(2) },
    Kind(name: "no end, but padding", oddities: [.noEndMarker, .spareBytes]) {
      $0.dropLast(2) + Array(repeating: 0, count: 700)
    },
    Kind(name: "a segment without length", oddities: []) { file in
      file[..<2] + [0xFF, 0xE5, 0, 0] + file[2...]
    },
    Kind(name: "half an end", oddities: .noEndMarker) { $0.dropLast() },
    Kind(name: "no Huffman tables", oddities: .noHuffmanTables) { without(0xC4, $0) },
    Kind(name: "a comment before the end", oddities: []) {
      $0.dropLast(2) + [0xFF, 0xFE, 0, 5, 65, 66, 67, 0xFF, 0xD9]
    },
  ]

  private func tensor(
    _ file: [UInt8], _ decoder: FrameDecoder, _ spec: TensorSpec
  ) throws(CodecError) -> [UInt8] {
    let writer = TensorWriter(spec: spec)
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: spec.bytesPerFrame, alignment: 64)
    defer { memory.deallocate() }
    writer.aim(at: memory)
    try decoder.decode(file.span.bytes, format: PayloadFormat(content: Self.content), to: writer)
    return Array(memory)
  }

  @Test(arguments: odd) func oddFilesAreReadAsPlainOnes(kind: Kind) throws {
    let spec = TensorSpec(width: 320, height: 320)
    for restart in [1, 0] where restart == 1 || !kind.name.contains("restarts") {
      let plain = try Self.plain(restart: restart)
      let file = try kind.make(plain)
      let demand = DecodeDemand { spec.sufficientSize(of: $0) }
      let decoders = [
        FrameDecoder(demand: demand), FrameDecoder(demand: demand, crew: nil, libraryOnly: true),
        FrameDecoder(demand: demand, crew: DecodeCrew(threads: 3)),
      ]
      for decoder in decoders {
        let expected = try tensor(plain, decoder, spec)
        #expect(decoder.findings == PictureFindings())
        #expect(try tensor(file, decoder, spec) == expected, "\(kind.name)")
        #expect(decoder.findings == PictureFindings(oddities: kind.oddities), "\(kind.name)")
      }
      let whole = try decode(Payload(bytes: plain, format: PayloadFormat(content: Self.content)))
      let found = try decode(Payload(bytes: file, format: PayloadFormat(content: Self.content)))
      #expect(found.pixels == whole.pixels)
      // A source passes it, byte for byte, and finds the same.
      let pool = FramePool(buffers: 4)
      let encoder = FrameEncoder(codec: try Codec("jpeg"))
      let sent = try encoder.encode(captured(file, Self.content, pool), into: pool)
      // With the end that it lacks, as other readers want it.
      let ending: [UInt8] = kind.oddities.contains(.noEndMarker) ? [0xFF, 0xD9] : []
      let isSame = sent.payload.bytes.withUnsafeBytes { $0.elementsEqual(file + ending) }
      #expect(isSame && encoder.findings == PictureFindings(oddities: kind.oddities), "\(kind.name)")
    }
  }

  static let damaged: [Kind] = [
    Kind(name: "cut in the middle", oddities: []) { Array($0[..<($0.count / 2)]) },
    Kind(name: "cut before the last bytes", oddities: []) { Array($0.dropLast(6)) },
    Kind(name: "cut, and ended", oddities: []) { $0[..<($0.count * 9 / 10)] + [0xFF, 0xD9] },
    Kind(name: "codes that cannot be", oddities: []) { file in
      var file = file
      for at in file.count / 2..<file.count / 2 + 40 { file[at] = 0xFF - UInt8(at % 2) }
      return file
    },
    Kind(name: "much before the end that is no data", oddities: []) {
      $0.dropLast(2) + Array(repeating: 0x35, count: 21_000) + [0xFF, 0xD9]
    },
  ]

  @Test(arguments: damaged) func damagedFilesAreRefusedOrKept(kind: Kind) throws {
    let spec = TensorSpec(width: 320, height: 320)
    for restart in [1, 0] {
      let plain = try Self.plain(restart: restart)
      let file = try kind.make(plain)
      for crew in [nil, DecodeCrew(threads: 2)] {
        for libraryOnly in [false, true] {
          var demand = DecodeDemand { spec.sufficientSize(of: $0) }
          let strict = FrameDecoder(demand: demand, crew: crew, libraryOnly: libraryOnly)
          let error = #expect(throws: CodecError.self, "\(kind.name)") { try tensor(file, strict, spec) }
          #expect("\(error!)".hasPrefix("the JPEG file is damaged: "))
          demand.damaged = .keep
          let keeping = FrameDecoder(demand: demand, crew: crew, libraryOnly: libraryOnly)
          let kept = try tensor(file, keeping, spec)
          #expect(keeping.findings.damage != nil, "\(kind.name)")
          // The top of it is there. What follows a good file does not hear of it.
          let whole = try tensor(plain, keeping, spec)
          #expect(kept[..<(kept.count / 24)] == whole[..<(kept.count / 24)])
          #expect(keeping.findings == PictureFindings())
        }
      }
      for codec in ["jpeg", "raw"] {
        #expect(throws: CodecError.self) { try encode(codec, file, Self.content) }
        let pool = FramePool(buffers: 4)
        let encoder = FrameEncoder(codec: try Codec(codec), damaged: .keep)
        _ = try encoder.encode(captured(file, Self.content, pool), into: pool)
        #expect(encoder.findings.damage != nil)
      }
    }
  }

  /// Whole files that no libjpeg here reads are not called damaged: kept they cannot be.
  @Test func whatIsNotSupportedIsToldFromDamage() throws {
    let pixels = testPixels(try PixelLayout(width: 64, height: 48, format: .rgb8))
    let lossless = try run(
      "ffmpeg",
      [
        "-loglevel", "error", "-f", "rawvideo", "-pix_fmt", "bgr24", "-s", "64x48", "-i", "-", "-c:v",
        "ljpeg",
        "-f", "image2pipe", "-",
      ], input: pixels)
    let cut = Array(try Self.plain()[..<3000])
    var deep = try Self.plain()
    deep[try Self.start(0xC0, in: deep) + 4] = 12
    deep[try Self.start(0xC0, in: deep) + 1] = 0xC1
    for (file, says) in [(lossless, "SOF type 0xc3"), (deep, "data precision 12")] {
      #expect(try Self.start(file == deep ? 0xC1 : 0xC3, in: file) > 0)
      let header = ImageHeader(file.span.bytes)
      let content = try #require(header).content()
      for damaged in [DamagedPictures.refuse, .keep] {
        for codec in ["jpeg", "raw"] {
          let pool = FramePool(buffers: 4)
          let encoder = FrameEncoder(codec: try Codec(codec), damaged: damaged)
          let error = #expect(throws: CodecError.self) {
            _ = try encoder.encode(captured(file, content, pool), into: pool)
          }
          #expect("\(error!)".contains("of a kind that is not supported: "), "\(error!)")
          #expect("\(error!)".contains(says) && "\(error!)".contains("; convert it to 8 bits"), "\(error!)")
          // The next file is judged anew.
          guard damaged == .refuse else { continue }
          let next = #expect(throws: CodecError.self) {
            _ = try encoder.encode(captured(cut, Self.content, pool), into: pool)
          }
          #expect("\(next!)".contains("is damaged"), "\(next!)")
        }
      }
    }
  }

  /// Where sources are told to pass files unread, damaged ones go out too; what is decoded is judged all the same.
  @Test func filesMayPassUnread() throws {
    let file = Array(try Self.plain().dropLast(5000))
    let pool = FramePool(buffers: 4)
    let passing = FrameEncoder(codec: try Codec("jpeg"), damaged: .pass)
    let sent = try passing.encode(captured(file, Self.content, pool), into: pool)
    let count = sent.payload.count
    #expect(count == file.count && passing.findings == PictureFindings())
    let decoding = FrameEncoder(codec: try Codec("raw"), damaged: .pass)
    let error = #expect(throws: CodecError.self) {
      _ = try decoding.encode(captured(file, Self.content, pool), into: pool)
    }
    #expect("\(error!)".contains("is damaged"))
  }

  /// Nothing of one frame is used for the next one.
  @Test func everyFileIsReadAsIfAlone() throws {
    let standard = try Self.plain()
    let bare = Self.without(0xC4, standard)
    let unquantised = Self.without(0xDB, standard)
    let optimised = try run("jpegtran", ["-optimize"], input: standard)
    let spec = TensorSpec(width: 1021, height: 1003)
    for libraryOnly in [false, true] {
      let decoder = FrameDecoder(
        demand: DecodeDemand { spec.sufficientSize(of: $0) }, crew: nil, libraryOnly: libraryOnly)
      let expected = try tensor(standard, decoder, spec)
      for file in [optimised, bare, optimised, bare, standard] {
        #expect(try tensor(file, decoder, spec) == expected)
      }
      let error = #expect(throws: CodecError.self) { try tensor(unquantised, decoder, spec) }
      #expect("\(error!)".contains("uantization table"))
      #expect(try tensor(bare, decoder, spec) == expected)
    }
  }
}
