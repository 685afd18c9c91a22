import CJPEG
import Foundation
import FrameCodecs
import FrameCore
import Testing

/// The project's own entropy decoder and DCTs against libjpeg-turbo's: planes are the same to the last bit.
@Suite struct JPEGEngineTests {
  /// All planes of a file by one engine, rows of MCUs one below the other; `nil` when it refuses the file.
  private func planes(
    _ file: [UInt8], _ engine: ff_jpeg_engine, reduction: Int = 1, fast: Bool = false, color: Bool = true
  ) -> [[UInt8]]? {
    let decoder = ff_jpeg_decoder_new(engine)
    defer { ff_jpeg_decoder_free(decoder) }
    return file.withUnsafeBufferPointer { bytes in
      var part = ff_jpeg_part(bytes: bytes.baseAddress, count: bytes.count)
      var info = ff_jpeg_info()
      guard ff_jpeg_decoder_open(decoder, &part, 1, 0, Int32(reduction), fast ? 1 : 0, &info) == 0,
        info.planeCount > 0
      else { return nil }
      let shapes = [info.planes.0, info.planes.1, info.planes.2].prefix(color ? Int(info.planeCount) : 1)
      let memory = shapes.map { shape in
        UnsafeMutableBufferPointer<UInt8>.allocate(capacity: Int(shape.paddedWidth * shape.paddedHeight))
      }
      defer { for plane in memory { plane.deallocate() } }
      guard ff_jpeg_planes_begin(decoder, Int32(shapes.count)) == 0 else { return nil }
      var row = 0
      while true {
        let starts = zip(memory, shapes).map { plane, shape in
          plane.baseAddress.map { $0 + row * Int(shape.rowsPerMCU * shape.paddedWidth) }
        }
        let more = ff_jpeg_planes_read(decoder, starts, shapes.map { Int($0.paddedWidth) })
        if more < 0 { return nil }
        row += 1
        if more == 0 { break }
      }
      // What lies beyond the image is padding, which libjpeg need not write.
      return zip(memory, shapes).map { plane, shape in
        (0..<Int(shape.height)).flatMap { y in
          plane[y * Int(shape.paddedWidth)..<y * Int(shape.paddedWidth) + Int(shape.width)]
        }
      }
    }
  }

  private static let sizes = [(1, 1), (1, 37), (37, 1), (8, 8), (17, 13), (61, 47), (160, 90), (333, 129)]

  @Test(arguments: ["444", "422", "420", "gray"]) func samplesAreTheSame(_ subsampling: String) throws {
    for (width, height) in Self.sizes {
      for (quality, restart) in [(15, 0), (75, 1), (92, 2), (100, 0)] {
        let layout = try PixelLayout(width: width, height: height, format: .rgb8)
        // Noise in the last two: long codes, full blocks.
        let pixels =
          quality < 90 ? testPixels(layout) : noise(layout.byteCount, seed: UInt64(width * height + quality))
        let file = try encode(
          "jpeg:quality=\(quality),subsampling=\(subsampling),restart=\(restart)", pixels,
          FrameContent(.pixels, layout)
        ).bytes
        for reduction in [1, 2, 4, 8] {
          let name = "\(width)x\(height) q\(quality) 1/\(reduction)"
          let expected = try #require(planes(file, ffJPEGLibrary, reduction: reduction))
          #expect(planes(file, ffJPEGPortable, reduction: reduction) == expected, "portable: \(name)")
          #expect(planes(file, ffJPEGFastest, reduction: reduction) == expected, "fastest: \(name)")
          #expect(
            planes(file, ffJPEGFastest, reduction: reduction, color: false)?[0] == expected[0],
            "luma: \(name)")
        }
      }
    }
  }

  /// Found by `make fuzz`: a table with symbols that no encoder writes (runs of zeros with no value behind), each of
  /// which ends its block.
  @Test func strangeSymbolsEndBlocks() throws {
    let file: [UInt8] = [
      0xFF, 0xD8, 0xFF, 0xE0, 0x00, 0x10, 0x4A, 0x46, 0x49, 0x46, 0x00, 0x01, 0x01, 0x00, 0x00, 0x01, 0x00,
      0x01,
      0x00, 0x00, 0xFF, 0xDB, 0x00, 0x43, 0x00, 0x08, 0x07, 0x0A, 0x07, 0x07, 0x06, 0x0A, 0x08, 0x08, 0x08,
      0x0B,
      0x0A, 0x0A, 0x0B, 0x0E, 0x18, 0x10, 0x0E, 0x0D, 0x0D, 0x0E, 0x1D, 0x15, 0x16, 0x11, 0x18, 0x23, 0x1F,
      0x25,
      0x24, 0x22, 0x1F, 0x22, 0x21, 0x26, 0x2B, 0x37, 0x2F, 0x26, 0x29, 0x34, 0x29, 0x21, 0x22, 0x30, 0x41,
      0x31,
      0x34, 0x39, 0x3B, 0x3E, 0x3E, 0x3E, 0x25, 0x2E, 0x44, 0x49, 0x43, 0x3C, 0x48, 0x37, 0x3D, 0x3E, 0x3B,
      0xFF,
      0xC0, 0x00, 0x0B, 0x08, 0x00, 0x0E, 0x00, 0x14, 0x01, 0x01, 0x11, 0x00, 0xFF, 0xC4, 0x00, 0x16, 0x00,
      0x01,
      0x01, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x05, 0x03,
      0x07,
      0xFF, 0xC4, 0x00, 0x1D, 0x10, 0x00, 0x00, 0x06, 0x03, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
      0x00,
      0x00, 0x00, 0x00, 0x00, 0x02, 0x04, 0x05, 0x22, 0x30, 0x01, 0x03, 0x21, 0x12, 0xFF, 0xDA, 0x00, 0x08,
      0x01,
      0x01, 0x00, 0x00, 0x3F, 0x00, 0xCD, 0xC9, 0x35, 0x42, 0xD3, 0xD4, 0x9A, 0xEA, 0x21, 0x3D, 0x6D, 0x71,
      0xC4,
      0x45, 0xD3, 0xB7, 0x93, 0x94, 0x14, 0x4C, 0xDE, 0x4E, 0x50, 0x53, 0x5B, 0x79, 0x3C, 0x62, 0x87, 0xFF,
      0xD9,
    ]
    let expected = try #require(planes(file, ffJPEGLibrary))
    #expect(planes(file, ffJPEGPortable) == expected)
    #expect(planes(file, ffJPEGFastest) == expected)
  }

  @Test func fastKeepsLuma() throws {
    let layout = try PixelLayout(width: 61, height: 47, format: .rgb8)
    let file = try encode("jpeg", testPixels(layout), FrameContent(.pixels, layout)).bytes
    for reduction in [2, 4, 8] {
      let exact = try #require(planes(file, ffJPEGPortable, reduction: reduction))
      let fast = try #require(planes(file, ffJPEGPortable, reduction: reduction, fast: true))
      #expect(fast[0] == exact[0] && fast[1].count < exact[1].count)
      #expect(planes(file, ffJPEGFastest, reduction: reduction, fast: true) == fast)
    }
  }

  /// Files as other encoders write them: tables of their own, other samplings, progressive, grey, Adobe RGB.
  @Test(
    .enabled(if: python != nil, "FRAMEFEED_PYTHON names the Python of the test tools; make test sets it"),
    arguments: [
      "optimize=True, quality=95, subsampling=0", "optimize=True, quality=60, subsampling=2",
      "quality=85, subsampling=1", "progressive=True, quality=90",
      "progressive=True, quality=90, subsampling=2",
      "optimize=True, restart_marker_blocks=3", "quality=90, restart_marker_rows=1",
      "keep_rgb=True, quality=90",
    ])
  func filesOfPillow(_ options: String) throws {
    for mode in ["RGB", "L"] where mode == "RGB" || !options.contains("keep_rgb") {
      let script = """
        import sys, io, numpy as np; from PIL import Image
        noise = np.random.default_rng(5).integers(0, 60, (123, 211, 3), np.uint8)
        y, x = np.mgrid[0:123, 0:211]
        image = Image.fromarray((np.stack([x, y, x ^ y], 2) % 190).astype(np.uint8) + noise).convert("\(mode)")
        file = io.BytesIO(); image.save(file, "JPEG", \(options)); sys.stdout.buffer.write(file.getvalue())
        """
      let file = try run(python!, ["-c", script], input: [])
      for reduction in [1, 2, 4, 8] {
        let expected = planes(file, ffJPEGLibrary, reduction: reduction)
        #expect((expected == nil) == options.contains("keep_rgb"))
        #expect(planes(file, ffJPEGPortable, reduction: reduction) == expected, "\(options) \(mode)")
        #expect(planes(file, ffJPEGFastest, reduction: reduction) == expected, "\(options) \(mode)")
      }
    }
  }

  /// A run of zeros beyond the block, and behind it, in the same look-up, the symbol that ends one (found by
  /// `make fuzz`): libjpeg refuses what follows.
  @Test func anEndBehindARunBeyondTheBlockIsDamage() throws {
    let text = """
      /9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAMCAgMCAgMDAwMErwMEBQgFBQQEBQoHBwYIDAoMDAsKCwsNDhIQDQ4RDgsLEBYQ
      ERMUFRUVDA8XGBYUGBIUFRT/2wBDAf7//4AEBQkFBQkUDQsNFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQU
      FBQUFBQUFBQUFBQUFBT/wAARCAAOABQDAREAAhEBAxEB/8QAFwABAAMAAAAAAAAAAAAAAAAABwUGCP/EACIQAAADCAMBAAAA
      AAAAAAAAAAACBAEFBgcSI5GhERQhM//EABkBAAIDAQAAAAAAAAAAAAAAAAUHAAEGCf/EACARAAICAQQDAQAAAAAAAAAAAAAF
      AgQhARIxQRETIiP/2gAMAwEAAhEDEQA/AMIuGXPFSW50NrTPqBpt7Imc8ZEhwy64ptaAKw020vY80znjJfkcubBbWgImy+uR
      xVXP5aZJdwwSnZT6XADWL84nLlM0ngRHDBCdXfzgY2xfnEfCZnMUFBQUFBQUFBQUFBQUFBQUFBQU/9k=
      """
    let file = try Array(#require(Data(base64Encoded: text, options: .ignoreUnknownCharacters)))
    for engine in [ffJPEGLibrary, ffJPEGPortable, ffJPEGFastest] {
      for reduction in [1, 2, 4, 8] { #expect(planes(file, engine, reduction: reduction) == nil) }
    }
  }

  /// What libjpeg refuses is refused. Between restart markers
  /// libjpeg lets data that ends early or late pass; that is refused too. Nothing is read or written outside.
  @Test(arguments: ["jpeg:quality=85", "jpeg:quality=95,subsampling=444,restart=1"])
  func damageIsSeen(_ codec: String) throws {
    let layout = try PixelLayout(width: 203, height: 117, format: .rgb8)
    let good = try encode(codec, testPixels(layout), FrameContent(.pixels, layout)).bytes
    var generator = SeededGenerator(3)
    var (refused, lenient) = (0, 0)
    for _ in 0..<3000 {
      var file = good
      switch Int.random(in: 0..<4, using: &generator) {
      case 0:
        file[Int.random(in: 0..<file.count, using: &generator)] ^=
          1 << UInt8.random(in: 0..<8, using: &generator)
      case 1: file.removeLast(Int.random(in: 1..<file.count, using: &generator))
      case 2: file.remove(at: Int.random(in: 600..<file.count, using: &generator))
      default:
        let start = Int.random(in: 0..<file.count, using: &generator)
        for at in start..<min(file.count, start + 20) {
          file[at] = UInt8.random(in: 0...255, using: &generator)
        }
      }
      let reduction = [1, 2, 4, 8].randomElement(using: &generator)!
      let expected = planes(file, ffJPEGLibrary, reduction: reduction)
      let portable = planes(file, ffJPEGPortable, reduction: reduction)
      let fastest = planes(file, ffJPEGFastest, reduction: reduction)
      #expect((portable == nil) == (fastest == nil))
      if expected == nil {
        refused += 1
        if portable != nil { lenient += 1 }
      } else if !codec.contains("restart") {
        #expect(portable != nil, "a file that libjpeg takes is refused")
      }
    }
    #expect(refused > 500 && lenient < refused / 100)
  }

  private func noise(_ count: Int, seed: UInt64) -> [UInt8] {
    var generator = SeededGenerator(seed)
    return (0..<count).map { _ in UInt8(truncatingIfNeeded: generator.next() >> 24) }
  }
}
