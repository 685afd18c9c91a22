import FrameCore
import Testing

@Suite struct ImageHeaderTests {
  /// SOI, an APP0 to be stepped over, SOF0 of 7x5 with 3 components.
  static let jpeg: [UInt8] = [
    0xFF, 0xD8, 0xFF, 0xE0, 0, 4, 9, 9, 0xFF, 0xC0, 0, 17, 8, 0, 5, 0, 7, 3, 1, 0x22, 0, 2, 0x11, 1, 3,
    0x11, 1, 0xFF, 0xD9,
  ]

  @Test func readsTheJPEGFrameHeader() throws {
    let parsed = ImageHeader(Self.jpeg.span.bytes)
    let header = try #require(parsed)
    #expect(header.kind == .jpeg)
    #expect(header.width == 7 && header.height == 5 && header.channels == 3)
  }

  @Test func everyTruncationIsRefusedOrRead() {
    for end in 0..<Self.jpeg.count {
      let cut = Array(Self.jpeg[..<end])
      if let header = ImageHeader(cut.span.bytes) { #expect(header.width == 7) }
    }
  }

  /// Fill bytes and bytes that belong to no segment are stepped over, as libjpeg does.
  @Test func whatLiesBetweenSegmentsIsSteppedOver() {
    for between: [UInt8] in [[0xFF, 0xFF], [1, 2, 3], [0xFF, 0, 9], [0xFF, 0xD0], [0xFF, 0x01]] {
      let file = Self.jpeg[..<8] + between + Self.jpeg[8...]
      let header = ImageHeader(Array(file).span.bytes)
      #expect(header?.width == 7 && header?.height == 5, "\(between)")
    }
  }

  @Test func hugeSizesAreRefusedBeforeAllocation() {
    #expect(throws: LayoutError.self) {
      try PixelLayout(width: .max, height: 2, format: .rgb8)
    }
    #expect(throws: LayoutError.self) {
      try PixelLayout(width: 100_000, height: 100_000, format: .mono8)
    }
    #expect(throws: LayoutError.self) { try PixelLayout(width: 0, height: 1, format: .mono8) }
    #expect(throws: LayoutError.self) { try PixelLayout(width: 4, height: 1, format: .rgb8, stride: 11) }
  }

  @Test func i420CountsOddChroma() throws {
    let layout = try PixelLayout(width: 5, height: 3, format: .i420)
    #expect(layout.byteCount == 15 + 2 * 3 * 2)
  }
}

/// Numbers from outside, however large, trap nowhere.
@Suite struct LargeNumberTests {
  @Test func layoutsAreRefusedBeforeTheyOverflow() {
    let limits = FrameLimits(maximumPixels: .max, maximumPayload: .max, maximumRowPadding: .max)
    for format in PixelFormat.allCases {
      for (width, height) in [(Int.max, 1), (1, Int.max), (Int.max / 3, 2), (1 << 61, 1), (1 << 31, 1 << 31)]
      {
        #expect(throws: LayoutError.self) {
          try PixelLayout(width: width, height: height, format: format, limits: limits)
        }
      }
    }
    #expect(throws: LayoutError.self) {
      try PixelLayout(width: 1, height: 1 << 40, format: .mono8, stride: 1 << 30, limits: limits)
    }
  }

  @Test(arguments: [1e10, 1e300, .infinity, .greatestFiniteMagnitude]) func longTimesStayTimes(
    seconds: Double
  ) {
    let time = FrameClock.nanoseconds(seconds)
    #expect(time > 0 && FrameClock.now() + time > time)
    #expect(FrameClock.nanoseconds(-seconds) == 0 && FrameClock.nanoseconds(.nan) == 0)
  }
}
