import Foundation
import FrameCore
import FrameTensors
import Testing

private let python = ProcessInfo.processInfo.environment["FRAMEFEED_PYTHON"]

/// Every writer result against OpenCV and NumPy.
@Suite struct ReferenceTests {
  struct Case {
    let layout: PixelLayout
    let spec: TensorSpec
    let pixels: [UInt8]

    var line: String {
      func list(_ values: [Double]) -> String { values.map { "\($0)" }.joined(separator: ",") }
      return [
        "\(layout.width)", "\(layout.height)", layout.format.rawValue, "\(layout.stride)", "\(spec.width)",
        "\(spec.height)", spec.color.rawValue, spec.fit.rawValue, list(spec.pad), "\(spec.scale)",
        list(spec.mean), list(spec.std),
      ].joined(separator: " ")
    }
  }

  /// Source and tensor sizes: the same, up, down, mixed, odd, slivers, exact halves.
  static let sizes = [
    (16, 12, 16, 12), (17, 13, 32, 32), (64, 48, 20, 15), (33, 7, 12, 25), (1, 1, 5, 4), (1, 9, 6, 6),
    (9, 1, 4, 4), (31, 45, 13, 11), (40, 30, 20, 15), (50, 38, 64, 36), (3, 3, 50, 50), (101, 67, 32, 32),
  ]
  /// Those where a covering resize has whole sizes and an even rest, so that OpenCV can crop it too.
  static let cropSizes = [
    (16, 12, 10, 12), (40, 20, 30, 30), (64, 48, 24, 24), (20, 40, 10, 10), (7, 5, 11, 15),
  ]

  static func cases() throws -> [Case] {
    var cases = [Case]()
    func add(
      _ w: Int, _ h: Int, _ format: PixelFormat, _ color: TensorSpec.Color, _ fit: TensorSpec.Fit,
      _ toWidth: Int,
      _ toHeight: Int
    ) throws {
      let padding = format == .i420 ? 0 : cases.count % 3 * 5
      let stride = w * format.bytesPerPixel + padding
      let layout = try PixelLayout(width: w, height: h, format: format, stride: stride)
      let gray = color == .gray
      let spec = TensorSpec(
        width: toWidth, height: toHeight, color: color, fit: fit, pad: gray ? [114] : [114, 30, 250],
        mean: gray ? [0.5] : [0.485, 0.456, 0.406], std: gray ? [0.25] : [0.229, 0.224, 0.225])
      cases.append(
        Case(layout: layout, spec: spec, pixels: testPixels(layout, seed: UInt64(cases.count + 1))))
    }
    for format in PixelFormat.allCases {
      for color in TensorSpec.Color.allCases {
        for (w, h, toWidth, toHeight) in sizes {
          try add(w, h, format, color, .stretch, toWidth, toHeight)
          try add(w, h, format, color, .letterbox, toWidth, toHeight)
        }
        for (w, h, toWidth, toHeight) in cropSizes { try add(w, h, format, color, .crop, toWidth, toHeight) }
      }
    }
    return cases
  }

  @Test(.enabled(if: python != nil, "FRAMEFEED_PYTHON names no interpreter with numpy and opencv"))
  func agreesWithOpenCV() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "framefeed-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let cases = try Self.cases()
    for (number, one) in cases.enumerated() {
      try Data(one.pixels).write(to: folder.appending(path: "\(number).pixels"))
    }
    let lines = cases.map { $0.line + "\n" }.joined()
    try Data(lines.utf8).write(to: folder.appending(path: "cases.txt"))
    let process = Process()
    process.executableURL = URL(filePath: try #require(python))
    process.arguments = ["-c", referenceScript, folder.path]
    try process.run()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0)

    for (number, one) in cases.enumerated() {
      let exact = try read(folder.appending(path: "\(number).float"))
      let fixed = try read(folder.appending(path: "\(number).byte"))
      try check(one, exact: exact, fixed: fixed)
    }
  }

  private func read(_ file: URL) throws -> [Float] {
    try Data(contentsOf: file).withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
  }

  private func check(_ one: Case, exact: [Float], fixed: [Float]) throws {
    var spec = one.spec
    let plane = spec.width * spec.height
    try #require(exact.count == spec.elementsPerFrame && fixed.count == exact.count)
    for layout in TensorSpec.Layout.allCases {
      for type in [TensorSpec.Element.float32, .float16] {
        (spec.layout, spec.type) = (layout, type)
        let slot = tensor(spec, one.layout, one.pixels)
        for variant in 0..<TensorWriter.variants {
          #expect(
            tensor(spec, one.layout, one.pixels, variant: variant) == slot,
            "variant \(variant): \(one.line) \(layout) \(type)")
        }
        let values = planar(slot, spec)
        #expect(values.allSatisfy { $0.isFinite })  // a maximum below would not see a NaN
        var worst: (exact: Float, fixed: Float) = (0, 0)  // in grey levels
        for i in values.indices {
          let level = Float(spec.scale / spec.std[i / plane])
          // binary16 keeps 11 significant bits.
          let rounding = type == .float16 ? abs(values[i]) / 2048 : 0
          worst.exact = max(worst.exact, (abs(values[i] - exact[i]) - rounding) / level)
          worst.fixed = max(worst.fixed, (abs(values[i] - fixed[i]) - rounding) / level)
        }
        // 14-bit weights of 7-bit fractions against floats.
        #expect(worst.exact <= 0.02, "\(one.line) \(layout) \(type)")
        // OpenCV's 8-bit path has 11-bit weights and rounds the result: one grey level at most.
        #expect(worst.fixed <= 1.0, "\(one.line) \(layout) \(type)")
      }
      try checkBytes(one, layout, exact)
    }
  }

  /// A byte tensor without normalisation: the reference's pixel, rounded.
  private func checkBytes(_ one: Case, _ layout: TensorSpec.Layout, _ exact: [Float]) throws {
    var spec = one.spec
    let plane = spec.width * spec.height
    let (mean, std) = (spec.mean, spec.std)
    (spec.layout, spec.type, spec.scale) = (layout, .uint8, 1)
    (spec.mean, spec.std) = (mean.map { _ in 0 }, std.map { _ in 1 })
    let slot = tensor(spec, one.layout, one.pixels)
    for variant in 0..<TensorWriter.variants {
      #expect(
        tensor(spec, one.layout, one.pixels, variant: variant) == slot, "variant \(variant): \(one.line)")
    }
    let values = planar(slot, spec)
    #expect(values.allSatisfy { $0.isFinite })  // a maximum below would not see a NaN
    var worst: Float = 0
    for i in values.indices {
      let pixel = (exact[i] * Float(std[i / plane]) + Float(mean[i / plane])) * 255
      worst = max(worst, abs(values[i] - pixel))
    }
    #expect(worst <= 0.52, "\(one.line) \(layout) uint8")
  }
}
