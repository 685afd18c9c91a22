import Foundation
import FrameCore
import FrameTensors
import Testing

@testable import FrameCodecs

/// JPEG files of every sampling that the format allows: 1 to 4 by 1 to 4 for each of three components.
@Suite struct SamplingSweepTests {
  struct Sampling: CustomStringConvertible {
    var factors: [(h: Int, v: Int)]

    var description: String { factors.map { "\($0.h)x\($0.v)" }.joined(separator: ",") }

    /// Blocks of an MCU: a scan of several components has 10 at most.
    var blocks: Int { factors.reduce(0) { $0 + $1.h * $1.v } }

    /// Whether a sample of every component stands for whole pixels; libjpeg neither writes nor reads others.
    var isWhole: Bool {
      let (h, v) = (factors.map(\.h).max() ?? 1, factors.map(\.v).max() ?? 1)
      return factors.allSatisfy { h % $0.h == 0 && v % $0.v == 0 }
    }

    static let all: [Sampling] = {
      let each = (1...4).flatMap { h in (1...4).map { v in (h: h, v: v) } }
      return each.flatMap { a in each.flatMap { b in each.map { c in Sampling(factors: [a, b, c]) } } }
    }()
  }

  /// A picture whose sides are no multiple of any MCU's, smooth, in steps and in colour.
  private static let (width, height) = (75, 61)
  private static let pixels: [UInt8] = {
    var pixels: [UInt8] = []
    for y in 0..<height {
      for x in 0..<width {
        let step = (x / 25 + y / 20) % 2 * 24
        for c in 0..<3 { pixels.append(UInt8(40 + y * (c + 1) / 2 + x * (3 - c) / 2 + step)) }
      }
    }
    return pixels
  }()

  /// Files of every sampling that libjpeg writes, each in several ways.
  /// - Parameter ways: by name, cjpeg's options.
  private func files(
    _ samplings: [Sampling], _ ways: KeyValuePairs<String, String>
  ) throws -> [(name: String, bytes: [UInt8])] {
    let directory = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: directory) }
    var names: [String] = []
    var program = """
      cd '\(directory)'
      echo '0; 1; 2;' >sequential
      echo '0: 0-0, 0, 1; 1: 0-0, 0, 0; 2: 0-0, 0, 0; 0: 1-63, 0, 0; 2: 1-63, 0, 0; 1: 1-63, 0, 0; 0: 0-0, 1, 0;' >progressive

      """
    for sampling in samplings {
      for (way, options) in ways {
        let name = "\(sampling) \(way)"
        program += "cjpeg -quality 95 -sample \(sampling) \(options) in.ppm >'\(name)'\n"
        names.append(name)
      }
    }
    let picture = Array("P6 \(Self.width) \(Self.height) 255\n".utf8) + Self.pixels
    try Data(picture).write(to: URL(filePath: directory + "/in.ppm"))
    _ = try run("bash", ["-e"], input: Array(program.utf8))
    return try names.map { ($0, Array(try Data(contentsOf: URL(filePath: "\(directory)/\($0)")))) }
  }

  private func tensor(
    _ file: [UInt8], _ side: (Int, Int), _ exactness: DecodeDemand.Exactness, _ color: TensorSpec.Color,
    _ crew: DecodeCrew?
  ) throws(CodecError) -> [Float] {
    let spec = TensorSpec(width: side.0, height: side.1, color: color, scale: 1)
    var demand = DecodeDemand { spec.sufficientSize(of: $0) }
    demand.exactness = exactness
    demand.wantsColor = color != .gray
    let decoder = FrameDecoder(demand: demand, crew: crew)
    let batch = TensorPool(spec: spec, batches: 1).take()!
    let writer = TensorWriter(spec: spec)
    writer.aim(at: batch.slotBytes(0))
    let layout = try! PixelLayout(width: Self.width, height: Self.height, format: .rgb8)
    try decoder.decode(
      file.span.bytes, format: PayloadFormat(content: FrameContent(.jpeg, layout), layers: []), to: writer)
    return batch.floats(slot: 0)
  }

  /// PSNR, dB. A plain loop: unoptimised, anything else takes most of the test's time.
  private func likeness(_ left: [Float], _ right: [Float]) -> Double {
    var (error, at): (Float, Int) = (0, 0)
    while at < left.count {
      error += (left[at] - right[at]) * (left[at] - right[at])
      at += 1
    }
    return error == 0 ? 100 : 10 * log10(255 * 255 / Double(error) * Double(left.count))
  }

  /// What every mode makes of every file is what libjpeg's own full decode gives, resized.
  ///
  /// Within 25 dB: planes of up to 4x4 pixels a sample are enlarged with a slope here, in steps by libjpeg, and at a
  /// reduced scale the DCT averages what a bilinear resize leaves out. A plane read with another's geometry is
  /// below 20.
  @Test(.enabled(if: isInstalled("cjpeg"), "make deps installs libjpeg-turbo-progs"))
  func everySamplingGivesThePicture() throws {
    let crew = DecodeCrew(threads: 2)
    var (count, least) = (0, 100.0)
    let samplings = Sampling.all.filter { $0.isWhole && $0.blocks <= 10 }
    let ways: KeyValuePairs = [
      "baseline": "-baseline", "progressive": "-progressive", "restart": "-restart 1",
    ]
    for (name, file) in try files(samplings, ways) {
      count += 1
      try JPEGPixelTests.expectTheSame(
        file, width: Self.width, height: Self.height, formats: [count % 2 == 0 ? .bgr8 : .rgba8], name)
      for side in [(Self.width, Self.height), (30, 20), (9, 7)] {
        for color in [TensorSpec.Color.rgb, .gray] {
          let full = try tensor(file, side, .full, color, nil)
          for exactness in [DecodeDemand.Exactness.accurate, .fast] {
            // Only files with restart markers are cut.
            for crew in name.contains("restart") ? [nil, crew] : [nil] {
              let ratio = likeness(try tensor(file, side, exactness, color, crew), full)
              least = min(least, ratio)
              #expect(ratio > 25, "\(name) \(side) \(color) \(exactness)")
            }
          }
        }
      }
    }
    print("\(count) files of every sampling: least likeness \(least) dB")
  }

  /// The same where each component has scans of its own, which leaves the factors free. Neighbours share the modes.
  @Test(.enabled(if: isInstalled("cjpeg"), "make deps installs libjpeg-turbo-progs"))
  func everySamplingInScansOfOneComponentGivesThePicture() throws {
    var (count, least) = (0, 100.0)
    let samplings = Sampling.all.filter(\.isWhole)
    #expect(samplings.count == 34 * 34)
    let ways: KeyValuePairs = [
      "sequential": "-scans sequential", "progressive": "-scans progressive",
      "restart": "-scans sequential -restart 1",
    ]
    for (name, file) in try files(samplings, ways) {
      count += 1
      let side = [(Self.width, Self.height), (30, 20), (9, 7)][count / 3 % 3]
      let full = try tensor(file, side, .full, .rgb, nil)
      let ratio = likeness(try tensor(file, side, count % 2 == 0 ? .accurate : .fast, .rgb, nil), full)
      least = min(least, ratio)
      #expect(ratio > 25, "\(name) \(side)")
    }
    print("\(count) files of several scans: least likeness \(least) dB")
  }

  /// Headers that promise another sampling than the data has: refused or read, never out of bounds (`make sanitize`).
  @Test func everySamplingInAHeaderIsSafe() throws {
    let layout = try PixelLayout(width: Self.width, height: Self.height, format: .rgb8)
    for codec in ["jpeg:quality=60,subsampling=444", "jpeg:quality=60,subsampling=420"] {
      var file = try encode(codec, Self.pixels, FrameContent(.pixels, layout)).bytes
      let header = try #require(file.indices.first { file[$0] == 0xFF && file[$0 + 1] == 0xC0 })
      for (at, sampling) in Sampling.all.enumerated() {
        for (component, factor) in sampling.factors.enumerated() {
          file[header + 11 + component * 3] = UInt8(factor.h << 4 | factor.v)
        }
        // All modes in turn: each sampling meets some, neighbours the others.
        let side = [(Self.width, Self.height), (30, 20), (15, 12), (9, 7)][at % 4]
        let exactness = DecodeDemand.Exactness.allCases[at / 4 % 3]
        _ = try? tensor(file, side, exactness, at % 5 == 0 ? .gray : .rgb, nil)
      }
    }
  }
}
