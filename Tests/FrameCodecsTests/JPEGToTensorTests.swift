import FrameCore
import FrameTensors
import TensorReference
import Testing

@testable import FrameCodecs

/// JPEG files the whole way to a tensor, as the sink takes them.
@Suite struct JPEGToTensorTests {
  private func spec(
    _ width: Int, _ height: Int, _ color: TensorSpec.Color = .rgb, fit: TensorSpec.Fit = .stretch
  ) -> TensorSpec {
    TensorSpec(width: width, height: height, color: color, fit: fit, scale: 1)
  }

  private func tensor(
    _ file: Payload, _ spec: TensorSpec, _ exactness: DecodeDemand.Exactness = .accurate,
    orientation: FrameOrientation.Policy = .exif, crew: DecodeCrew? = nil
  ) throws(CodecError) -> [Float] {
    var demand = DecodeDemand { spec.sufficientSize(of: $0) }
    demand.exactness = exactness
    demand.orientation = orientation
    demand.wantsColor = spec.color != .gray
    let decoder = FrameDecoder(demand: demand, crew: crew)
    let batch = TensorPool(spec: spec, batches: 1).take()!
    let writer = TensorWriter(spec: spec)
    // Twice: nothing of a frame may be left for the next one.
    for _ in 0..<2 {
      writer.aim(at: batch.slotBytes(0))
      try decoder.decode(file.bytes.span.bytes, format: file.format, to: writer)
    }
    return batch.floats(slot: 0)
  }

  private func bytes(_ values: [Float]) -> [UInt8] { values.map { UInt8(clamping: Int($0.rounded())) } }

  /// Against a decode of all pixels and a resize in floating point. Planes that are read as they are differ from
  /// pixels whose chroma libjpeg has enlarged and rounded, and more where the DCT averages what a bilinear
  /// resize would leave out.
  @Test(arguments: ["444", "422", "420", "gray"]) func isCloseToAllPixels(_ subsampling: String) throws {
    for (width, height) in [(1, 1), (1, 40), (40, 1), (17, 13), (160, 90), (333, 129)] {
      let layout = try PixelLayout(width: width, height: height, format: .rgb8)
      let file = try encode(
        "jpeg:quality=90,subsampling=\(subsampling)", testPixels(layout), FrameContent(.pixels, layout))
      for color in TensorSpec.Color.allCases {
        for fit in TensorSpec.Fit.allCases {
          for (toWidth, toHeight) in [(width, height), (32, 32), (20, 11), (400, 200)] {
            let spec = spec(toWidth, toHeight, color, fit: fit)
            let full = bytes(try tensor(file, spec, .full))
            for exactness in [DecodeDemand.Exactness.accurate, .fast] {
              let ratio = psnr(bytes(try tensor(file, spec, exactness)), full)
              #expect(ratio > 36, "\(width)x\(height) to \(toWidth)x\(toHeight) \(color) \(fit) \(exactness)")
            }
          }
        }
      }
    }
  }

  @Test func stripesAreTheSame() throws {
    let crew = DecodeCrew(threads: 3)
    for (width, height, subsampling, restart) in [
      (640, 480, "420", 1), (637, 479, "420", 2), (640, 480, "444", 3), (801, 333, "422", 1),
      (900, 700, "gray", 1),
      (640, 480, "420", 0), (640, 480, "420", 29),
    ] {
      let layout = try PixelLayout(width: width, height: height, format: .rgb8)
      // Noise makes files large enough to be cut.
      var generator = SeededGenerator(9)
      let pixels = (0..<layout.byteCount).map { _ in UInt8(truncatingIfNeeded: generator.next() >> 30) }
      let file = try encode(
        "jpeg:quality=90,subsampling=\(subsampling),restart=\(restart)", pixels, FrameContent(.pixels, layout)
      )
      #expect(file.bytes.count > 100_000)
      for side in [64, 200, 640] {
        for exactness in [DecodeDemand.Exactness.accurate, .fast] {
          let alone = try tensor(file, spec(side, side), exactness)
          #expect(
            try tensor(file, spec(side, side), exactness, crew: crew) == alone, "\(width)x\(height) \(side)")
        }
      }
      // Damage in a stripe is told as for the whole file, and the next frame is good again.
      var bad = file
      for at in bad.bytes.count / 2..<bad.bytes.count / 2 + 40 { bad.bytes[at] = 0xFF }
      #expect(throws: CodecError.self) { try tensor(bad, spec(64, 64), crew: crew) }
      #expect(throws: Never.self) { try tensor(file, spec(64, 64), crew: crew) }
    }
  }

  /// How frames are handed over.
  private final class Handover: FrameReceiver {
    private let log = Lock((whole: 0, parts: 0, rows: 0))
    /// And begins anew.
    func take() -> (whole: Int, parts: Int, rows: Int) {
      log.withLock { log in
        defer { log = (0, 0, 0) }
        return log
      }
    }
    func receive(_ samples: RawSpan, _ layout: DecodedLayout) { log.withLock { $0.whole += 1 } }
    func receive(_ samples: RawSpan, _ layout: DecodedLayout, part: Int, of parts: Int) {
      log.withLock { $0.parts += 1 }
    }
    func begin(_ layout: PlanarLayout) {}
    func receive(_ samples: RawSpan, luma: Int, chroma: Int) { log.withLock { $0.rows += 1 } }
  }

  /// Where all decoders have frames, each is decoded by its own, row by row, with restart markers or without.
  @Test func framesAreSharedOnlyWhileDecodersAreIdle() throws {
    let layout = try PixelLayout(width: 640, height: 480, format: .rgb8)
    var generator = SeededGenerator(3)
    let pixels = (0..<layout.byteCount).map { _ in UInt8(truncatingIfNeeded: generator.next() >> 30) }
    let crew = DecodeCrew(threads: 2)
    let decoder = FrameDecoder(demand: DecodeDemand { $0 }, crew: crew)
    let handover = Handover()
    for restart in [0, 1] {
      let file = try encode(
        "jpeg:quality=90,restart=\(restart)", pixels, FrameContent(.pixels, layout))
      #expect(file.bytes.count > 100_000)
      // Another decoder has a frame meanwhile.
      #expect(crew.begin() == 1)
      try decoder.decode(file.bytes.span.bytes, format: file.format, to: handover)
      let busy = handover.take()
      #expect(busy.whole == 0 && busy.parts == 0 && busy.rows > 1, "\(busy)")
      crew.end()
      try decoder.decode(file.bytes.span.bytes, format: file.format, to: handover)
      let alone = handover.take()
      #expect(restart == 1 ? alone.parts == 2 && alone.rows == 0 : alone.parts == 0 && alone.rows > 1)
    }
  }

  /// Decoders that share a crew do not mix up their frames.
  @Test func aCrewServesSeveralDecoders() throws {
    let layout = try PixelLayout(width: 640, height: 480, format: .rgb8)
    let files = try (0..<3).map { seed in
      var generator = SeededGenerator(UInt64(seed + 1))
      let pixels = (0..<layout.byteCount).map { _ in UInt8(truncatingIfNeeded: generator.next() >> 30) }
      return try encode("jpeg:restart=1,subsampling=444", pixels, FrameContent(.pixels, layout))
    }
    let expected = try files.map { try tensor($0, spec(64, 64)) }
    let crew = DecodeCrew(threads: 2)
    let wrong = Monitor(0)
    let threads = files.indices.map { at in
      PipelineThread("decoder") {
        for _ in 0..<10 where (try? tensor(files[at], spec(64, 64), crew: crew)) != expected[at] {
          wrong.withLock { $0 += 1 }
        }
      }
    }
    for thread in threads { thread.join() }
    #expect(wrong.withLock { $0 } == 0)
  }
}

/// EXIF orientation and odd colours against OpenCV, which honours EXIF, and Pillow.
@Suite(.enabled(if: python != nil, "FRAMEFEED_PYTHON names the Python of the test tools; make test sets it"))
struct JPEGOfOthersTests {
  /// A file with an orientation, and what OpenCV makes of it: width, height, RGB.
  private func file(_ orientation: Int, bigEndian: Bool) throws -> (
    file: [UInt8], width: Int, height: Int, pixels: [UInt8]
  ) {
    let script = """
      import sys, io, struct, cv2, numpy as np; from PIL import Image
      y, x = np.mgrid[0:71, 0:101]
      image = Image.fromarray(np.stack([x * 2, y * 3, 255 - x - y], 2).astype(np.uint8))
      order = ">" if \(bigEndian ? "True" : "False") else "<"
      tiff = (b"MM" if order == ">" else b"II") + struct.pack(order + "HI", 42, 8)
      tiff += struct.pack(order + "H", 2) + struct.pack(order + "HHII", 0x0100, 4, 1, 101)
      tiff += struct.pack(order + "HHIHH", 0x0112, 3, 1, \(orientation), 0) + struct.pack(order + "I", 0)
      file = io.BytesIO(); image.save(file, "JPEG", quality=95, exif=b"Exif\\0\\0" + tiff)
      data = file.getvalue()
      turned = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)[:, :, ::-1]
      h, w = turned.shape[:2]
      sys.stdout.buffer.write(struct.pack("<III", len(data), w, h) + data + turned.tobytes())
      """
    let all = try run(python!, ["-c", script], input: [])
    func number(_ at: Int) -> Int { (0..<4).reduce(0) { $0 | Int(all[at + $1]) << (8 * $1) } }
    let count = number(0)
    return (Array(all[12..<12 + count]), number(4), number(8), Array(all[(12 + count)...]))
  }

  @Test(arguments: 1...8) func orientationIsHonoured(_ orientation: Int) throws {
    let (file, width, height, pixels) = try file(orientation, bigEndian: orientation % 2 == 0)
    let read = ImageHeader(file.span.bytes)
    let content = try #require(read).content()
    #expect(content.layout.width == 101 && content.layout.height == 71)
    let payload = Payload(bytes: file, format: PayloadFormat(content: content))

    let (turned, layout) = try decode(payload)
    #expect(layout.width == width && layout.height == height)
    #expect(psnr(turned, pixels) > 45)

    // Encoders that decode turn too.
    let raw = try encode("raw", file, content)
    #expect(raw.format.content.layout == layout && raw.bytes == turned)
    let resized = try encode("raw", file, content, resize: FrameSize(width: width, height: height))
    #expect(resized.bytes == turned)
    // A file that passes keeps what it says.
    #expect(try encode("jpeg", file, content).bytes == file)

    // To a tensor, at full size and reduced.
    for by in [1, 2, 4] {
      let spec = TensorSpec(width: width / by, height: height / by, layout: .nhwc, scale: 1)
      let stored = try tensor(payload, spec, .stored)
      let exif = try tensor(payload, spec, .exif)
      let source = try PixelLayout(width: width, height: height, format: .rgb8)
      let expected = reference(pixels, source, spec)
      #expect(psnr(exif, expected) > 38, "1/\(by)")
      if orientation > 1 { #expect(psnr(stored, expected) < 30, "1/\(by)") }
    }
  }

  private func tensor(
    _ payload: Payload, _ spec: TensorSpec, _ policy: FrameOrientation.Policy
  ) throws(CodecError) -> [UInt8] {
    var demand = DecodeDemand { spec.sufficientSize(of: $0) }
    demand.orientation = policy
    let batch = TensorPool(spec: spec, batches: 1).take()!
    let writer = TensorWriter(spec: spec)
    writer.aim(at: batch.slotBytes(0))
    try FrameDecoder(demand: demand).decode(payload.bytes.span.bytes, format: payload.format, to: writer)
    return batch.floats(slot: 0).map { UInt8(clamping: Int($0.rounded())) }
  }

  private func reference(_ pixels: [UInt8], _ layout: PixelLayout, _ spec: TensorSpec) -> [UInt8] {
    let batch = TensorPool(spec: spec, batches: 1).take()!
    ReferenceTensorWriter(spec: spec).write(pixels.span.bytes, layout: layout, into: batch.slotBytes(0))
    return batch.floats(slot: 0).map { UInt8(clamping: Int($0.rounded())) }
  }

  @Test(arguments: ["CMYK", "RGB, keep_rgb=True"]) func oddColours(_ mode: String) throws {
    let script = """
      import sys, io, numpy as np; from PIL import Image
      y, x = np.mgrid[0:50, 0:70]
      image = Image.fromarray(np.stack([x * 2, y * 3, 255 - x - y], 2).astype(np.uint8))
      pixels = image.tobytes()
      if "\(mode)" == "CMYK": image = image.convert("CMYK")
      file = io.BytesIO(); image.save(file, "JPEG", quality=95\(mode.contains("keep") ? ", keep_rgb=True" : ""))
      sys.stdout.buffer.write(file.getvalue() + pixels)
      """
    let all = try run(python!, ["-c", script], input: [])
    let count = all.count - 50 * 70 * 3
    let layout = try PixelLayout(width: 70, height: 50, format: .rgb8)
    let payload = Payload(
      bytes: Array(all[..<count]), format: PayloadFormat(content: FrameContent(.jpeg, layout)))
    let spec = TensorSpec(width: 70, height: 50, layout: .nhwc, scale: 1)
    #expect(psnr(try tensor(payload, spec, .exif), Array(all[count...])) > 40)
  }
}
