import FrameCore
import FrameTensors
import Testing

@Suite struct WriterTests {
  @Test func sameSizeKeepsExactPixels() throws {
    let layout = try PixelLayout(width: 7, height: 5, format: .rgb8)
    let pixels = testPixels(layout)
    for type in TensorSpec.Element.allCases {
      for fit in TensorSpec.Fit.allCases {
        let values = tensor(plain(7, 5, fit: fit, layout: .nhwc, type: type), layout, pixels)
        #expect(values == pixels.map { Float($0) })
      }
    }
  }

  @Test func channelOrderAndStride() throws {
    let layout = try PixelLayout(width: 2, height: 1, format: .bgr8, stride: 9)
    let pixels: [UInt8] = [1, 2, 3, 4, 5, 6, 99, 99, 99]
    #expect(tensor(plain(2, 1, .rgb), layout, pixels) == [3, 6, 2, 5, 1, 4])
    #expect(tensor(plain(2, 1, .bgr), layout, pixels) == [1, 4, 2, 5, 3, 6])
    #expect(tensor(plain(2, 1, .bgr, layout: .nhwc), layout, pixels) == [1, 2, 3, 4, 5, 6])
    let rgba = try PixelLayout(width: 1, height: 2, format: .rgba8)
    #expect(tensor(plain(1, 2), rgba, [1, 2, 3, 200, 4, 5, 6, 0]) == [1, 4, 2, 5, 3, 6])
    let mono = try PixelLayout(width: 2, height: 1, format: .mono8)
    #expect(tensor(plain(2, 1), mono, [8, 9]) == [8, 9, 8, 9, 8, 9])
    #expect(tensor(plain(2, 1, .gray), mono, [8, 9]) == [8, 9])
  }

  @Test func grayIsLuma() throws {
    for (format, pixel) in [(PixelFormat.rgb8, [10, 20, 30]), (.bgr8, [30, 20, 10])]
      as [(PixelFormat, [UInt8])]
    {
      let layout = try PixelLayout(width: 1, height: 1, format: format)
      let value = tensor(plain(1, 1, .gray), layout, pixel)[0]
      #expect(abs(value - (0.299 * 10 + 0.587 * 20 + 0.114 * 30)) < 1e-4)
    }
  }

  @Test(arguments: [(1, 1), (1, 9), (9, 1), (2, 3)]) func slivers(width: Int, height: Int) throws {
    for format in PixelFormat.allCases {
      let layout = try PixelLayout(width: width, height: height, format: format)
      // One colour everywhere must stay one colour, whatever the shape.
      let pixels = [UInt8](repeating: 128, count: layout.byteCount)
      let expected: Float = format == .i420 ? 130 : 128
      for fit in [TensorSpec.Fit.stretch, .crop] {
        #expect(tensor(plain(5, 4, fit: fit), layout, pixels).allSatisfy { abs($0 - expected) < 1e-3 })
      }
      let boxed = tensor(plain(5, 4, fit: .letterbox), layout, pixels)
      #expect(boxed.allSatisfy { $0 == 114 || abs($0 - expected) < 1e-3 })
      #expect(boxed.contains { abs($0 - expected) < 1e-3 })
    }
  }

  @Test func letterboxPlacement() throws {
    // 4x2 into 7x7: ratio 1.75, 7 x 3.5 -> 7x4 (half to even); 3 rows of padding, 1 above and 2 below.
    let layout = try PixelLayout(width: 4, height: 2, format: .mono8)
    let pixels = [UInt8](repeating: 200, count: 8)
    var spec = plain(7, 7, .gray, fit: .letterbox)
    spec.pad = [50]
    spec.scale = 2
    spec.mean = [10]
    spec.std = [4]
    let values = tensor(spec, layout, pixels)
    for y in 0..<7 {
      let expected: Float = (1...4).contains(y) ? (200 * 2 - 10) / 4 : (50 * 2 - 10) / 4
      #expect(values[y * 7..<y * 7 + 7].allSatisfy { $0 == expected }, "row \(y)")
    }
  }

  @Test func letterboxPadsPerChannelInColorOrder() throws {
    let layout = try PixelLayout(width: 1, height: 3, format: .rgb8)
    var spec = plain(3, 3, .bgr, fit: .letterbox, layout: .nhwc)
    spec.pad = [1, 2, 3]
    let values = tensor(spec, layout, [UInt8](repeating: 9, count: 9))
    #expect(values == Array(repeating: [1, 2, 3, 9, 9, 9, 1, 2, 3], count: 3).flatMap { $0 })
  }

  @Test func cropKeepsTheCentre() throws {
    let layout = try PixelLayout(width: 6, height: 2, format: .mono8)
    let pixels: [UInt8] = [0, 1, 2, 3, 4, 5, 10, 11, 12, 13, 14, 15]
    #expect(tensor(plain(2, 2, .gray, fit: .crop), layout, pixels) == [2, 3, 12, 13])
    // An odd remainder keeps whole pixels.
    #expect(tensor(plain(3, 2, .gray, fit: .crop), layout, pixels) == [1, 2, 3, 11, 12, 13])
  }

  @Test func bytesAreRoundedAndClamped() throws {
    let layout = try PixelLayout(width: 4, height: 1, format: .mono8)
    var spec = plain(4, 1, .gray, type: .uint8)
    spec.scale = 1.5
    spec.mean = [3]
    #expect(tensor(spec, layout, [0, 3, 101, 255]) == [0, 2, 148, 255])
  }

  @Test func aWriterFollowsItsSource() throws {
    // The tables of one layout must not leak into the next, nor bars of one frame into another's slot.
    let spec = plain(6, 6, fit: .letterbox, batch: 2)
    let batch = try #require(TensorPool(spec: spec, batches: 1).take())
    let writer = TensorWriter(spec: spec)
    for (width, height) in [(4, 8), (8, 4), (6, 6), (4, 8)] {
      let layout = try PixelLayout(width: width, height: height, format: .bgr8)
      let pixels = testPixels(layout)
      writer.aim(at: batch.slotBytes(1))
      writer.receive(pixels.span.bytes, .pixels(layout))
      #expect(batch.floats(slot: 1) == tensor(spec, layout, pixels))
    }
    #expect(batch.floats(slot: 0).allSatisfy { $0 == 0 })
  }
}
