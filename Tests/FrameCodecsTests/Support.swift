import Foundation
import FrameCodecs
import FrameCore

/// The Python of the test tools; `make test` names it.
let python = ProcessInfo.processInfo.environment["FRAMEFEED_PYTHON"]

/// A small generator whose numbers are the same on every run.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

  mutating func next() -> UInt64 {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return state
  }
}

/// A smooth picture with some noise: compresses like a photograph, and tells channels and rows apart.
func testPixels(_ layout: PixelLayout, seed: UInt64 = 1) -> [UInt8] {
  var generator = SeededGenerator(seed)
  return (0..<layout.byteCount).map { at in
    let (row, column) = (at / layout.stride, at % layout.stride)
    let smooth = 40 + row * 90 / max(1, layout.height) + column * 80 / max(1, layout.stride)
    return UInt8(truncatingIfNeeded: smooth + Int(generator.next() & 7) + at % 3 * 9)
  }
}

func captured(_ bytes: [UInt8], _ content: FrameContent, _ pool: FramePool) -> CapturedFrame {
  var buffer = pool.take(bytes.count)!
  buffer.append(copying: bytes.span.bytes)
  var frame = CapturedFrame(
    content: content, buffer: buffer, origin: FrameOrigin(file: "test.bin", position: 3))
  frame.scheduled = 1
  frame.captured = 2
  return frame
}

/// A payload out of the pool's memory, with its format.
struct Payload: Equatable {
  var bytes: [UInt8]
  var format: PayloadFormat
}

func encode(
  _ codec: String, _ bytes: [UInt8], _ content: FrameContent, resize: FrameSize? = nil
) throws(CodecError) -> Payload {
  let pool = FramePool(buffers: 8)
  let encoder = FrameEncoder(codec: try Codec(codec), resizing: resize.map { .to($0) })
  let frame = try encoder.encode(captured(bytes, content, pool), into: pool)
  let payload = Payload(bytes: frame.payload.bytes.withUnsafeBytes { Array($0) }, format: frame.format)
  return payload
}

func decode(_ payload: Payload, limits: FrameLimits = .standard) throws(CodecError) -> (
  pixels: [UInt8], layout: PixelLayout
) {
  try FrameDecoder(limits: limits).decodePixels(payload.bytes.span.bytes, format: payload.format) {
    pixels, layout in
    (pixels.withUnsafeBytes { Array($0) }, layout)
  }
}

/// Runs a program on bytes; its standard output.
func run(_ program: String, _ arguments: [String], input: [UInt8]) throws -> [UInt8] {
  let directory = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
  try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: directory) }
  let (source, target) = (directory.appending(path: "in"), directory.appending(path: "out"))
  try Data(input).write(to: source)
  _ = FileManager.default.createFile(atPath: target.path, contents: nil)
  let process = Process()
  process.executableURL = URL(filePath: "/usr/bin/env")
  process.arguments = [program] + arguments
  process.standardInput = try FileHandle(forReadingFrom: source)
  process.standardOutput = try FileHandle(forWritingTo: target)
  try process.run()
  process.waitUntilExit()
  guard process.terminationStatus == 0 else {
    throw ToolFailed(program: program, code: process.terminationStatus)
  }
  // Not Data(contentsOf:), which leaks a page for an empty file.
  return Array(try FileHandle(forReadingFrom: target).readToEnd() ?? Data())
}

struct ToolFailed: Error {
  let program: String
  let code: Int32
}

/// Peak signal-to-noise ratio, dB.
func psnr(_ left: [UInt8], _ right: [UInt8]) -> Double {
  let error =
    zip(left, right).reduce(0.0) { $0 + pow(Double($1.0) - Double($1.1), 2) } / Double(max(left.count, 1))
  return error == 0 ? .infinity : 10 * log10(255 * 255 / error)
}

/// Whether a program is there.
func isInstalled(_ program: String) -> Bool {
  (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").contains {
    FileManager.default.isExecutableFile(atPath: "\($0)/\(program)")
  }
}
