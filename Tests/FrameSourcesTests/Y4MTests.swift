import Foundation
import FrameCore
import Testing

@testable import FrameSources

/// y4m of every chroma, depth and range, held against NumPy, OpenCV and ffmpeg.
@Suite(.enabled(if: python != nil)) struct Y4MTests {
  /// Odd sides, so that the last chroma samples stand for less than their pixels.
  static let size = (width: 75, height: 61)

  /// Reads y4m on its own, in floating point: planes to R'G'B' by the definition of the matrix, and back to BT.601.
  static let reference = """
    import sys, re, numpy as np
    path, matrices, out = sys.argv[1:4]
    data = open(path, "rb").read()
    head, body = data.split(b"\\n", 1)
    words = head.decode().split()[1:]
    W, H = int(words[0][1:]), int(words[1][1:])
    chroma = next((w[1:] for w in words if w[0] == "C"), "420")
    full = "XCOLORRANGE=FULL" in words
    m = re.match(r"(420(?:jpeg|mpeg2|paldv)?|422|411|440|444(?:alpha)?|mono)(?:p?(\\d+))?$", chroma)
    kind, bits = m.group(1), int(m.group(2) or 8)
    if kind == "mono" and not any("XCOLORRANGE" in w for w in words): full = True
    sx = 4 if kind == "411" else 2 if kind[:3] in ("420", "422") else 1
    sy = 2 if kind[:3] in ("420", "440") else 1
    cw, ch = -(-W // sx), -(-H // sy)
    shapes = [(H, W)] + ([] if kind == "mono" else [(ch, cw)] * 2) + ([(H, W)] if kind == "444alpha" else [])
    dtype = np.dtype("u1" if bits == 8 else "<u2")
    def rgb(y, b, r, kr, kb):
      R, B = y + 2 * (1 - kr) * r, y + 2 * (1 - kb) * b
      return R, (y - kr * R - kb * B) / (1 - kr - kb), B
    def ycc601(R, G, B):
      y = .299 * R + .587 * G + .114 * B
      return y, (B - y) / 1.772, (R - y) / 1.402
    def level(a): return np.clip(np.floor(a + .5), 0, 255).astype(np.uint8).ravel()
    up = lambda p: np.repeat(np.repeat(p, sy, 0), sx, 1)[:H, :W]
    lo, ys, cs = (0, 255, 255) if full else (16, 219, 224)
    frames = []
    for matrix in matrices.split(":"):
      k = {"bt601": (.299, .114), "bt709": (.2126, .0722)}[matrix]
      rest = body
      while rest:
        line, rest = rest.split(b"\\n", 1)
        assert line[:5] == b"FRAME"
        planes = []
        for h, w in shapes:
          n = h * w * dtype.itemsize
          planes.append((np.frombuffer(rest[:n], dtype).reshape(h, w) >> (bits - 8)).astype(float))
          rest = rest[n:]
        y = (planes[0] - lo) / ys
        if kind == "mono":
          frames.append(level(y * 255)); continue
        b, r = (planes[1] - 128) / cs, (planes[2] - 128) / cs
        if kind[:3] == "420":
          Y = ycc601(*rgb(y, up(b), up(r), *k))[0]
          _, Cb, Cr = ycc601(*rgb(np.zeros_like(b), b, r, *k))
          frames += [level(16 + 219 * Y), level(128 + 224 * Cb), level(128 + 224 * Cr)]
        else:
          frames.append(level(255 * np.stack(rgb(np.maximum(y, 0), up(b), up(r), *k), -1)))
    np.concatenate(frames).tofile(out)
    """

  private func ffmpeg(
    _ scratch: Scratch, _ output: [String], scene: String = "testsrc2=size=76x62:rate=25",
    width: Int = size.width
  )
    throws
  {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments =
      [
        "ffmpeg", "-loglevel", "error", "-y", "-f", "lavfi", "-i",
        "\(scene),format=rgb24,crop=\(width):\(Self.size.height)", "-frames:v", "3",
      ] + output
    process.currentDirectoryURL = URL(filePath: scratch.path)
    process.standardInput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw ToolFailed(program: "ffmpeg") }
  }

  private func frames(_ path: String, _ matrix: ColorMatrix? = nil) throws -> [Reading] {
    try readAll(path, options: SourceOptions(matrix: matrix))
  }

  private func furthest(_ ours: [UInt8], _ theirs: [UInt8]) -> Int {
    #expect(ours.count == theirs.count)
    return zip(ours, theirs).map { abs(Int($0) - Int($1)) }.max() ?? .max
  }

  /// Half a level of rounding, and OpenCV's constants of three digits: within 1 of floating point.
  @Test(
    arguments: [
      ("yuv420p", PixelFormat.i420), ("yuvj420p", .i420), ("yuv422p", .rgb8), ("yuvj422p", .rgb8),
      ("yuv411p", .rgb8), ("yuv444p", .rgb8), ("yuvj444p", .rgb8), ("yuva444p", .rgb8), ("gray", .mono8),
      ("yuv420p9", .i420), ("yuv420p10", .i420), ("yuv420p12", .i420), ("yuv420p14", .i420),
      ("yuv420p16", .i420), ("yuv422p9", .rgb8), ("yuv422p10", .rgb8), ("yuv422p12", .rgb8),
      ("yuv422p16", .rgb8), ("yuv444p10", .rgb8), ("yuv444p12", .rgb8), ("yuv444p16", .rgb8),
      ("gray9", .mono8), ("gray10", .mono8), ("gray12", .mono8), ("gray16", .mono8),
    ])
  func everyChromaAndDepth(_ kind: (String, PixelFormat)) throws {
    let scratch = try Scratch()
    // ffmpeg writes no chroma of odd rows that it could read itself where a sample takes two bytes.
    let width = kind.0.hasSuffix("p") || kind.0 == "gray" ? Self.size.width : Self.size.width + 1
    try ffmpeg(scratch, ["-pix_fmt", kind.0, "-strict", "-1", "clip.y4m"], width: width)
    try scratch.run(python!, "-c", Self.reference, "clip.y4m", "bt601:bt709", "clip.raw")
    let layout = try PixelLayout(width: width, height: Self.size.height, format: kind.1)
    var ours: [UInt8] = []
    for matrix in [ColorMatrix.bt601, .bt709] {
      let readings = try frames("\(scratch.path)/clip.y4m", matrix)
      #expect(readings.count == 3 && readings.allSatisfy { $0.layout == layout })
      ours += readings.flatMap { $0.bytes ?? [] }
    }
    #expect(furthest(ours, try scratch.file("clip.raw")) <= 1)
  }

  /// What ffmpeg does not write: 4:4:0, no chroma named, chroma named in the comment, grey that says its range.
  @Test(arguments: [
    "C440", "C440p10", "C420paldv", "C420mpeg2", "C420jpeg", "", "XYSCSS=444", "Cmono",
    "Cmono XCOLORRANGE=LIMITED",
    "Cmono10 XCOLORRANGE=LIMITED", "C420p10 XCOLORRANGE=FULL", "C411 XCOLORRANGE=FULL Ib XYSCSS=411",
  ])
  func headersThatFFmpegDoesNotWrite(_ words: String) throws {
    let scratch = try Scratch()
    let header = try Y4MHeader("YUV4MPEG2 W75 H61 F25:1 \(words)", path: "x")
    let count = header.format.byteCount(FrameSize(width: 75, height: 61)!)
    var generator = SeededGenerator(3)
    let bytes = (0..<2 * count).map { at in
      // The high byte of two is within its bits.
      header.format.bitDepth > 8 && at % 2 == 1
        ? UInt8.random(in: 0..<UInt8(1 << (header.format.bitDepth - 8)), using: &generator)
        : UInt8.random(in: 0...255, using: &generator)
    }
    let clip = try scratch.write(
      "clip.y4m",
      Array("YUV4MPEG2 W75 H61 F25:1 \(words)\nFRAME\n".utf8) + bytes[..<count]
        + Array("FRAME Ip XA=b\n".utf8)
        + bytes[count...])
    // The reference knows the names that ffmpeg writes.
    let named = words.replacing("XYSCSS=444", with: "C444")
    try scratch.write(
      "same.y4m",
      Array("YUV4MPEG2 W75 H61 F25:1 \(named)\nFRAME\n".utf8) + bytes[..<count] + Array("FRAME\n".utf8)
        + bytes[count...])
    try scratch.run(python!, "-c", Self.reference, "same.y4m", "bt601", "clip.raw")
    let readings = try frames(clip, .bt601)
    #expect(readings.count == 2)
    #expect(furthest(readings.flatMap { $0.bytes ?? [] }, try scratch.file("clip.raw")) <= 1)
  }

  /// Packed YUY2 through `cvtColor`: the same bytes.
  @Test func yuyvIsWhatOpenCVMakesOfIt() throws {
    let scratch = try Scratch()
    try scratch.run(
      "ffmpeg", "-loglevel", "error", "-f", "lavfi", "-i", "testsrc2=size=64x48", "-frames:v", "2",
      "-pix_fmt",
      "yuyv422", "-f", "rawvideo", "clip.yuyv")
    // As in the README, from a webcam.
    try scratch.run(
      "ffmpeg", "-loglevel", "error", "-f", "rawvideo", "-pix_fmt", "yuyv422", "-s", "64x48", "-i",
      "clip.yuyv",
      "-pix_fmt", "yuv422p", "-f", "yuv4mpegpipe", "clip.y4m")
    try scratch.run(
      python!, "-c",
      """
      import cv2, numpy as np
      frames = np.fromfile("clip.yuyv", np.uint8).reshape(2, 48, 64, 2)
      np.stack([cv2.cvtColor(f, cv2.COLOR_YUV2RGB_YUY2) for f in frames]).tofile("clip.raw")
      """)
    #expect(try frames("\(scratch.path)/clip.y4m").flatMap { $0.bytes ?? [] } == scratch.file("clip.raw"))
  }

  /// An MJPEG webcam as ffmpeg decodes it (yuvj422p). ffmpeg's own conversions round, dither and smooth chroma: on a
  /// scene of soft colours the mean is within 1 level.
  @Test(arguments: ["yuvj422p", "yuvj420p", "yuvj444p", "yuv422p", "gray"])
  func colorsAreThoseOfFFmpeg(_ pixelFormat: String) throws {
    let scratch = try Scratch()
    try ffmpeg(
      scratch, ["-pix_fmt", pixelFormat, "-strict", "-1", "-f", "yuv4mpegpipe", "clip.y4m"],
      scene: "color=black,scale=76:62,format=rgb24,geq=r=60+X:g=40+2*Y:b=200-X", width: 76)
    try scratch.run(
      "ffmpeg", "-loglevel", "error", "-i", "clip.y4m", "-sws_flags", "accurate_rnd+full_chroma_int",
      "-pix_fmt",
      "rgb24", "-f", "rawvideo", "theirs.raw")
    let readings = try frames("\(scratch.path)/clip.y4m")
    try scratch.write("ours.raw", readings.flatMap { $0.bytes ?? [] })
    try scratch.run(
      python!, "-c",
      """
      import numpy as np
      ours, W, H = np.fromfile("ours.raw", np.uint8), 76, 61
      theirs = np.fromfile("theirs.raw", np.uint8).reshape(-1, H, W, 3).astype(int)
      n = len(ours) // 3
      def planes(f):
        c = 38 * 31
        y, u, v = (a.reshape(s) for a, s in zip(np.split(f, [W * H, W * H + c]), [(H, W), (31, 38), (31, 38)]))
        up = lambda p: p.repeat(2, 0).repeat(2, 1)[:H, :W]
        return rgb(y, up(u), up(v))
      def rgb(y, u, v):
        y, u, v = (y - 16.) * 255 / 219, (u - 128.) * 255 / 224, (v - 128.) * 255 / 224
        return np.clip(np.stack([y + 1.402 * v, y - .344136 * u - .714136 * v, y + 1.772 * u], -1).round(), 0, 255)
      frames = [planes(f) if n == W * H + 2 * 38 * 31 else f.reshape(H, W, -1).repeat(3 if n == W * H else 1, 2)
                for f in np.split(ours, 3)]
      far = np.abs(np.stack(frames).astype(int) - theirs)
      assert far.mean() < 1 and np.percentile(far, 99) <= 4, (far.mean(), np.percentile(far, 99))
      """)
  }

  @Test func theMatrixIsGuessedByTheLines() throws {
    func header(_ words: String, _ matrix: ColorMatrix? = nil) throws -> Y4MHeader {
      try Y4MHeader("YUV4MPEG2 W1280 \(words)", path: "x", matrix: matrix)
    }
    #expect(try header("H719").format.matrix == .bt601 && header("H719").notes.isEmpty)
    #expect(try header("H720").format.matrix == .bt709)
    #expect(try header("H720").notes.first?.contains("BT.709 is assumed") == true)
    #expect(try header("H720", .bt601).format.matrix == .bt601 && header("H720", .bt601).notes.isEmpty)
    #expect(try header("H480", .bt709).format.matrix == .bt709)
    // Full range is of a JPEG webcam, and JPEG is BT.601.
    #expect(try header("H720 XCOLORRANGE=FULL").format.matrix == .bt601)
    #expect(try header("H720 Cmono").notes.isEmpty)
    let odd = try header("H480 XCOLORRANGE=WIDE")
    #expect(!odd.format.isFullRange && odd.notes.first?.contains("XCOLORRANGE=WIDE is unknown") == true)
  }
}
