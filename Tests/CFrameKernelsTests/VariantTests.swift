import CFrameKernels
import Testing

/// Every variant of every loop gives the bytes of the one that runs anywhere, whatever the length; and that one
/// gives what a few lines of Swift give.
@Suite struct VariantTests {
  private let variants = (0..<ff_variant_count()).map { ff_variant($0)!.pointee }
  private var portable: ff_kernels { variants[0] }
  private let lengths = Array(0...70) + [127, 128, 129, 255, 1000, 1921]

  private struct Noise: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return state
    }
  }

  private func bytes(_ count: Int, _ seed: UInt64 = 1) -> [UInt8] {
    var noise = Noise(state: seed &* 0x9E37_79B9_7F4A_7C15 | 1)
    return (0..<count).map { _ in UInt8(truncatingIfNeeded: noise.next() >> 20) }
  }

  /// What each variant writes into memory of so many bytes, which begins with marks that must stay behind `count`.
  private func written(
    _ count: Int, _ run: (ff_kernels, UnsafeMutableRawPointer) -> Void
  ) -> [[UInt8]] {
    variants.map { kernels in
      // One more line of cache, so that what is written beyond is seen.
      let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: count + 64, alignment: 64)
      defer { memory.deallocate() }
      memory.initializeMemory(as: UInt8.self, repeating: 0xA5)
      run(kernels, memory.baseAddress!)
      return Array(memory)
    }
  }

  private func same(_ results: [[UInt8]], _ what: Comment) {
    for (at, result) in results.enumerated() { #expect(result == results[0], "variant \(at): \(what)") }
  }

  @Test func rows() {
    for count in lengths {
      let (a, b, c) = (bytes(count, 1), bytes(count, 2), bytes(count, 3))
      for weight in [0, 1, 9999, 16384, 32767] as [Int32] {
        same(
          written(2 * count) { $0.blend(a, b, weight, $1.assumingMemoryBound(to: Int16.self), count) },
          "blend of \(count) by \(weight)")
      }
      let packed = bytes(4 * count + 8, 4)
      for channels in [3, 4] {
        let results = written(3 * count) { kernels, out in
          let out = out.assumingMemoryBound(to: UInt8.self)
          let split = channels == 3 ? kernels.split3 : kernels.split4
          split!(packed, out, out + count, out + 2 * count, count)
        }
        same(results, "split\(channels) of \(count)")
        #expect(
          (0..<3 * count).allSatisfy {
            results[0][$0] == packed[$0 % max(count, 1) * channels + $0 / max(count, 1)]
          })
      }
      same(
        written(4 * count) { kernels, out in
          out.initializeMemory(as: UInt8.self, repeating: 3, count: 4 * count)
          kernels.accumulate(a, 9999, out.assumingMemoryBound(to: Int32.self), count)
        }, "accumulate of \(count)")
      same(
        written(3 * count) { kernels, out in
          let out = out.assumingMemoryBound(to: UInt8.self)
          kernels.i420(a, b, c, out, out + count, out + 2 * count, count)
        }, "i420 of \(count)")
    }
  }

  /// Taps over a row: copies, halves, near ones, far ones.
  private func withTaps(
    _ count: Int, _ step: Double, start: Double = 0, samples: Int, _ body: (UnsafePointer<ff_taps>) -> Void
  ) {
    let capacity = (count + 7) / 8 * 8
    var (first, weights) = ([Int32](), [Int32]())
    for x in 0..<capacity {
      let exact = min(max((Double(min(x, count - 1)) + 0.5) * step + start - 0.5, 0), Double(samples - 1))
      let high = Int32(((exact - exact.rounded(.down)) * 16384).rounded())
      first.append(Int32(exact.rounded(.down)))
      weights.append(16384 - high | high << 16)
    }
    var windows: [Int32]? = []
    var shuffles: [UInt8] = []
    for x in 0..<capacity {
      let from = first[x / 4 * 4]
      if x % 4 == 0 { windows?.append(from) }
      if first[x] - from > 6 { windows = nil }
      for byte in 0..<4 { shuffles.append(UInt8(truncatingIfNeeded: Int(first[x] - from) * 2 + byte)) }
    }
    let isHalving = step == 2 && (0..<count).allSatisfy { first[$0] == first[0] + Int32(2 * $0) }
    first.withUnsafeBufferPointer { first in
      weights.withUnsafeBufferPointer { weights in
        shuffles.withUnsafeBufferPointer { shuffles in
          func call(_ windows: UnsafePointer<Int32>?) {
            var taps = ff_taps(
              count: count, first: first.baseAddress, weights: weights.baseAddress,
              isCopy: step == 1 && start == 0 ? 1 : 0, isHalving: isHalving ? 1 : 0, windows: windows,
              shuffles: windows == nil ? nil : shuffles.baseAddress)
            body(&taps)
          }
          if let windows { windows.withUnsafeBufferPointer { call($0.baseAddress) } } else { call(nil) }
        }
      }
    }
  }

  @Test func resampling() {
    for count in lengths where count > 0 {
      for step in [0.25, 0.9, 1, 1.3, 2, 3.7, 8.57] {
        let samples = max(2, Int((Double(count) * step).rounded(.up)))
        let row = bytes(2 * samples + 256, 5).enumerated().map { at, byte in
          at < samples ? Int16(byte) << 7 : 0
        }
        let pixels = bytes(4 * samples, 6)
        let below = bytes(4 * samples, 7)
        withTaps(count, step, samples: samples) { taps in
          // The last group may be filled up.
          let results = written((count + 7) / 8 * 32) {
            $0.resample(row, taps, $1.assumingMemoryBound(to: Float.self))
          }
          same(results.map { Array($0.prefix(4 * count)) }, "resample \(samples) to \(count)")
          for pixelBytes in [3, 4] {
            let safe = (0..<count).prefix {
              Int(taps.pointee.first[$0]) * pixelBytes + 8 <= samples * pixelBytes
            }
            same(
              written(12 * count) { kernels, out in
                let out = out.assumingMemoryBound(to: Float.self)
                kernels.pick(
                  pixels, below, 12345, pixelBytes, taps, safe.count, 0, out, out + count, out + 2 * count)
              }, "pick \(samples) of \(pixelBytes) bytes to \(count)")
          }
        }
      }
    }
  }

  /// A picked row is a row that was split, blended and resampled.
  @Test func pickingIsResampling() {
    let (samples, count) = (301, 100)
    let (upper, lower) = (bytes(3 * samples, 1), bytes(3 * samples, 2))
    withTaps(count, 3.01, samples: samples) { taps in
      let picked = written(12 * count) { kernels, out in
        let out = out.assumingMemoryBound(to: Float.self)
        kernels.pick(upper, lower, 777, 3, taps, count - 2, 0, out, out + count, out + 2 * count)
      }
      for plane in 0..<3 {
        let a = (0..<samples).map { upper[3 * $0 + plane] }, b = (0..<samples).map { lower[3 * $0 + plane] }
        var row = [Int16](repeating: 0, count: samples + 64)
        portable.blend(a, b, 777, &row, samples)
        let expected = written(4 * (count + 7)) {
          kernels, out in kernels.resample(row, taps, out.assumingMemoryBound(to: Float.self))
        }
        #expect(expected[0].prefix(4 * count) == picked[0][plane * 4 * count..<(plane + 1) * 4 * count])
      }
    }
  }

  @Test func emitting() {
    let odd: [Float] = [
      .nan, .infinity, -.infinity, 0, -0, 0.5, 1.5, 2.5, 254.5, 255.5, 65504, 65519, 65520, 6e-8, 3e-8, 1e-40,
      -3,
    ]
    for count in lengths {
      var noise = Noise(state: 77)
      var row = (0..<count).map { _ in Float.random(in: -70_000...70_000, using: &noise) }
      for at in 0..<min(count, odd.count) { row[at] = odd[at] }
      let sample = bytes(count)
      let planes = (0..<3).map { seed in bytes(count, UInt64(seed)).map { Float($0) * 2_097_152 } }
      var matrix = ff_matrix(
        luma: 1 / 2_097_152, redFromV: 1.402 / 2_097_152, greenFromU: -0.344 / 2_097_152,
        greenFromV: -0.714 / 2_097_152, blueFromU: 1.772 / 2_097_152, redOffset: -179, greenOffset: 135,
        blueOffset: -227, ceiling: 255)
      var norm = ff_normalisation(gain: (0.017, 0.0175, 1), bias: (-2.1, -2, 0))
      for (type, bytes) in [(ffFloat32, 4), (ffFloat16, 2), (ffUInt8, 1)] {
        for past in [0, 1] as [Int32] {
          // Rows of a tensor begin anywhere.
          for shift in [0, 1, 5] {
            let offset = shift * bytes
            same(
              written(count * bytes + offset) { $0.emit(row, 1, 0, $1 + offset, type, past, count) },
              "emit \(count) \(type) \(past) \(shift)")
            same(
              written(count * bytes + offset) {
                $0.emitBytes(sample, 1.7, -2.1, $1 + offset, type, past, count)
              },
              "emitBytes \(count) \(type) \(past) \(shift)")
            same(
              written(3 * count * bytes + offset) { kernels, out in
                kernels.emitColor(
                  planes[0], planes[1], planes[2], &matrix, &norm, out + offset, out + offset + count * bytes,
                  out + offset + 2 * count * bytes, type, past, count)
              }, "emitColor \(count) \(type) \(past) \(shift)")
          }
        }
        let (a, b, c) = (
          self.bytes(count * bytes, 1), self.bytes(count * bytes, 2), self.bytes(count * bytes, 3)
        )
        same(written(3 * count * bytes) { $0.interleave3(a, b, c, $1, type, count) }, "interleave3 \(count)")
      }
      same(
        written(4 * count) { kernels, out in
          out.copyMemory(from: planes[0], byteCount: 4 * count)
          kernels.gray(out.assumingMemoryBound(to: Float.self), planes[1], planes[2], count)
        }, "gray \(count)")
    }
    // binary16 against Swift's own.
    let values = odd.filter { !$0.isNaN } + (0..<5000).map { Float($0 - 2500) * 0.0137 }
    let halves = written(2 * values.count) { $0.emit(values, 1, 0, $1, ffFloat16, 0, values.count) }
    for (at, value) in values.enumerated() {
      let bits = UInt16(halves[0][2 * at]) | UInt16(halves[0][2 * at + 1]) << 8
      #expect(bits == Float16(value).bitPattern, "\(value)")
    }
  }

  @Test func gradientAndBack() {
    for width in lengths where width > 0 {
      let (row, above) = (bytes(width, 1), bytes(width, 2))
      same(
        written(width) { kernels, out in
          out.copyMemory(from: row, byteCount: width)
          kernels.subtract(out.assumingMemoryBound(to: UInt8.self), above, width)
        }, "subtract \(width)")
      for hasAbove in [false, true] {
        let results = written(width) { kernels, out in
          above.withUnsafeBufferPointer {
            kernels.residual(
              row, hasAbove ? $0.baseAddress : nil, out.assumingMemoryBound(to: UInt8.self), width)
          }
        }
        same(results, "residual \(width)")
        for x in 0..<width {
          let (left, up, corner) = (
            x > 0 ? row[x - 1] : 0, hasAbove ? above[x] : 0, hasAbove && x > 0 ? above[x - 1] : 0
          )
          #expect(results[0][x] == row[x] &- left &- up &+ corner)
        }
        let back = written(width) { kernels, out in
          out.copyMemory(from: results[0], byteCount: width)
          above.withUnsafeBufferPointer {
            kernels.integrate(out.assumingMemoryBound(to: UInt8.self), hasAbove ? $0.baseAddress : nil, width)
          }
        }
        same(back, "integrate \(width)")
        #expect(Array(back[0].prefix(width)) == row)
      }
      let third = bytes(width, 3)
      let merged = written(3 * width) {
        $0.mergeGreen(row, above, third, $1.assumingMemoryBound(to: UInt8.self), width)
      }
      same(merged, "mergeGreen \(width)")
      #expect(
        (0..<width).allSatisfy {
          merged[0][3 * $0] == row[$0] &+ above[$0] && merged[0][3 * $0 + 1] == above[$0]
        })
    }
  }

  @Test func base64() {
    for groups in lengths {
      let data = bytes(3 * groups)
      let text = written(4 * groups) { $0.base64Encode(data, groups, $1.assumingMemoryBound(to: CChar.self)) }
      same(text, "encode \(groups)")
      let characters = text[0].prefix(4 * groups).map { CChar($0) }
      let back = written(3 * groups) { kernels, out in
        #expect(kernels.base64Decode(characters, groups, out.assumingMemoryBound(to: UInt8.self)) == groups)
      }
      same(back, "decode \(groups)")
      #expect(Array(back[0].prefix(3 * groups)) == data)
    }
    // Every character that is none of the 64, at every place.
    let good = [CChar](repeating: CChar(UInt8(ascii: "a")), count: 4 * 40)
    let alphabet = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    for byte in UInt8.min...UInt8.max {
      for at in [0, 3, 17, 31, 32, 100, 159] {
        var text = good
        text[at] = CChar(bitPattern: byte)
        for kernels in variants {
          var out = [UInt8](repeating: 0, count: 200)
          let done = kernels.base64Decode(text, 40, &out)
          #expect(done == (alphabet.contains(byte) ? 40 : at / 4))
        }
      }
    }
  }
}
