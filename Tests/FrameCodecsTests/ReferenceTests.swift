import FrameCodecs
import FrameCore
import Testing

/// Payloads against decoders that are not ours: Pillow, NumPy, and the zstd and base64 commands.
@Suite(.enabled(if: python != nil, "FRAMEFEED_PYTHON names the Python of the test tools; make test sets it"))
struct ReferenceTests {
  @Test func base64IsThatOfTheCommand() throws {
    var generator = SeededGenerator(7)
    for count in [1, 2, 3, 4, 57, 58, 1000, 65_537] {
      let layout = try PixelLayout(width: count, height: 1, format: .mono8)
      let bytes = (0..<count).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
      let payload = try encode("raw+base64", bytes, FrameContent(.pixels, layout))
      #expect(try run("base64", ["-w0"], input: bytes) == payload.bytes)
      #expect(try run("base64", ["-d"], input: payload.bytes) == bytes)
    }
  }

  @Test func zstdIsAFrameOfTheCommand() throws {
    let layout = try PixelLayout(width: 200, height: 100, format: .rgb8)
    let pixels = testPixels(layout)
    let payload = try encode("zstd:filter=none", pixels, FrameContent(.pixels, layout))
    #expect(payload.format.filter == nil)
    #expect(try run("zstd", ["-dc"], input: payload.bytes) == pixels)
    // And theirs is read by us: the command pipes no content size unless told.
    let theirs = try run("zstd", ["-c", "--stream-size=\(pixels.count)"], input: pixels)
    let (back, _) = try decode(Payload(bytes: theirs, format: payload.format))
    #expect(back == pixels)
  }

  @Test(arguments: [PixelFormat.rgb8, .bgr8, .mono8])
  func numpyUndoesTheFilter(_ format: PixelFormat) throws {
    for (width, height) in [(1, 1), (1, 9), (9, 1), (101, 67)] {
      let layout = try PixelLayout(
        width: width, height: height, format: format, stride: width * format.channels + 4)
      let pixels = testPixels(layout)
      let payload = try encode("zstd", pixels, FrameContent(.pixels, layout))
      #expect(payload.format.filter == .subgreenGradient)
      let planes = try run("zstd", ["-dc"], input: payload.bytes)
      let script = """
        import sys, numpy as np
        c, h, w = \(format.channels), \(height), \(width)
        p = np.frombuffer(sys.stdin.buffer.read(), np.uint8).reshape(c, h, w)
        p = p.cumsum(1, dtype=np.uint8).cumsum(2, dtype=np.uint8)
        if c == 3: p[[0, 2]] += p[1]
        sys.stdout.buffer.write(p.transpose(1, 2, 0).tobytes())
        """
      let tight = (0..<height).flatMap { pixels[$0 * layout.stride..<$0 * layout.stride + layout.rowBytes] }
      #expect(try run(python!, ["-c", script], input: planes) == tight)
    }
  }

  /// Pillow's libjpeg-turbo may be of another version; the accurate IDCT is exact to rounding, so at most a
  /// few samples differ, by 1 or 2 after upsampling and colour conversion.
  @Test(arguments: ["444", "422", "420", "gray"])
  func pillowReadsOurJPEG(_ subsampling: String) throws {
    for (width, height) in [(1, 1), (17, 13), (160, 90)] {
      let layout = try PixelLayout(width: width, height: height, format: .rgb8)
      let payload = try encode(
        "jpeg:quality=90,subsampling=\(subsampling)", testPixels(layout), FrameContent(.pixels, layout))
      let script = """
        import sys, io; from PIL import Image
        image = Image.open(io.BytesIO(sys.stdin.buffer.read())); image.load()
        sys.stdout.buffer.write(image.tobytes())
        """
      let theirs = try run(python!, ["-c", script], input: payload.bytes)
      let (ours, _) = try decode(payload)
      #expect(theirs.count == ours.count)
      let worst = zip(theirs, ours).map { abs(Int($0) - Int($1)) }.max() ?? 0
      #expect(worst <= 2, "\(subsampling) \(width)x\(height)")
    }
  }

  @Test(arguments: ["L", "RGB", "RGBA", "P"])
  func pillowsPNGIsReadExactly(_ mode: String) throws {
    let script = """
      import sys, io, numpy as np; from PIL import Image
      a = (np.arange(19 * 31 * 4, dtype=np.uint32) * 2654435761 >> 13).astype(np.uint8).reshape(19, 31, 4)
      mode = "\(mode)"
      image = Image.fromarray(a, "RGBA").convert("RGB" if mode == "P" else mode)
      if mode == "P": image = image.quantize(16)
      file = io.BytesIO(); image.save(file, "PNG")
      want = image.convert("RGB") if mode == "P" else image
      sys.stdout.buffer.write(len(file.getvalue()).to_bytes(4, "little") + file.getvalue() + want.tobytes())
      """
    let both = try run(python!, ["-c", script], input: [])
    let size = Int(both[0]) | Int(both[1]) << 8
    let (file, pixels) = (Array(both[4..<4 + size]), Array(both[(4 + size)...]))
    let format: PixelFormat = mode == "L" ? .mono8 : mode == "RGBA" ? .rgba8 : .rgb8
    let content = FrameContent(.png, try PixelLayout(width: 31, height: 19, format: format))
    #expect(try decode(Payload(bytes: file, format: PayloadFormat(content: content))).pixels == pixels)
    // As a source file it becomes pixels.
    let raw = try encode("raw", file, content)
    #expect(raw.bytes == pixels && raw.format.content.kind == .pixels)
  }

  /// Text and profiles that swell are stepped over, and a header that asks for gigabytes is believed by nobody.
  @Test func bombsInPNGFilesDoNothing() throws {
    let script = """
      import struct, sys, zlib
      def chunk(name, data):
          return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
      def file(width, height, extra):
          pixels = zlib.compress(b"".join(b"\\0" + bytes(range(24)) for _ in range(8)))
          return (b"\\x89PNG\\r\\n\\x1a\\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
              + extra + chunk(b"IDAT", pixels) + chunk(b"IEND", b""))
      swelling = zlib.compress(bytes(100_000_000))
      extra = chunk(b"zTXt", b"t\\0\\0" + swelling) * 3 + chunk(b"iCCP", b"p\\0\\0" + swelling)
      for data in [file(8, 8, extra), file(60000, 60000, b"")]:
          sys.stdout.buffer.write(struct.pack("<I", len(data)) + data)
      """
    let both = try run(python!, ["-c", script], input: [])
    let size = Int(both[0]) | Int(both[1]) << 8 | Int(both[2]) << 16
    let (swelling, huge) = (Array(both[4..<4 + size]), Array(both[(8 + size)...]))
    let layout = try PixelLayout(width: 8, height: 8, format: .rgb8)
    let format = PayloadFormat(content: FrameContent(.png, layout))
    let pixels = try decode(Payload(bytes: swelling, format: format)).pixels
    #expect(pixels == (0..<8).flatMap { _ in (0..<24).map { UInt8($0) } })
    #expect(throws: LayoutError.self) { try ImageHeader(huge.span.bytes)!.content() }
    let error = #expect(throws: CodecError.self) { try decode(Payload(bytes: huge, format: format)) }
    #expect("\(error!)".contains("60000x60000, but 8x8 was announced"))
  }
}
