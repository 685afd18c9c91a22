import Foundation
import Testing

@testable import FrameLatency

@Suite struct HistogramV2Tests {
  private func histogram(_ values: [Int64]) -> Histogram {
    var histogram = Histogram()
    for value in values { histogram.record(value) }
    return histogram
  }

  /// The compressed form of any payload.
  private func text(_ payload: [UInt8]) -> String {
    let stream = Deflate.compress(payload)
    var length = UInt32(stream.count).bigEndian
    let head: [UInt8] = [0x1C, 0x84, 0x93, 0x14] + withUnsafeBytes(of: &length) { Array($0) }
    return Data(head + stream).base64EncodedString()
  }

  /// A payload of our layout with these bytes as counts.
  private func payload(counts: [UInt8]) -> [UInt8] {
    var bytes = Histogram().payload()
    for place in 0..<4 { bytes[4 + place] = UInt8(truncatingIfNeeded: counts.count >> (24 - 8 * place)) }
    return bytes + counts
  }

  private func error(_ text: String) -> HistogramError? {
    do throws(HistogramError) {
      _ = try Histogram(encoded: text)
      return nil
    } catch {
      return error
    }
  }

  @Test(arguments: Durations.allCases, [0, 1, 2, 1000, 50_000])
  func backAsItWas(durations: Durations, count: Int) throws {
    let histogram = histogram(durations.values(count))
    let back = try Histogram(encoded: histogram.encoded())
    #expect(back.counters == histogram.counters && back.count == count)
  }

  @Test(arguments: [1, 63, 64, 8191, 8192, 1 << 20, 1 << 48, 1 << 52, 1 << 53] as [Int64])
  func countsOfEverySize(count: Int64) throws {
    var histogram = Histogram()
    histogram.counters[33_420] = count
    histogram.count = Int(count)
    let back = try Histogram(encoded: histogram.encoded())
    #expect(back.counters == histogram.counters && back.count == Int(count))
  }

  /// The bytes that the format's description gives for the counts 0 0 5 0 64.
  @Test func bytesAreThoseOfTheFormat() throws {
    let bytes = histogram([2, 2, 2, 2, 2] + [Int64](repeating: 4, count: 64)).payload()
    let head: [UInt8] = [
      0x1C, 0x84, 0x93, 0x13, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 1,
      0, 0, 0x03, 0x46, 0x30, 0xB8, 0xA0, 0, 0x3F, 0xF0, 0, 0, 0, 0, 0, 0,
    ]
    // Two zeros: -2, which ZigZag makes 3; 5: 10; one zero: 1; 64: 128, in two bytes.
    #expect(bytes == head + [3, 10, 1, 0x80, 0x01])
  }

  @Test func textThatIsNoHistogramIsRefused() {
    let good = histogram([5, 7, 2_000_000]).encoded()
    #expect(error(good) == nil)
    for text in ["", "====", "not base64", good + "\n", "\u{0}", "é", String(good.dropLast())] {
      #expect(error(text) != nil, "\(text)")
    }
    let tooLong = String(repeating: "A", count: 4_000_000)
    #expect("\(error(tooLong)!)".contains("4000000 characters; expected at most"))
    var bytes = [UInt8](Data(base64Encoded: good)!)
    bytes[7] += 1
    #expect("\(error(Data(bytes).base64EncodedString())!)".contains("bytes announced"))
    bytes[7] -= 1
    bytes[3] = 0x13
    #expect("\(error(Data(bytes).base64EncodedString())!)".contains("cookie 0x1c849313; expected 0x1c849314"))
    bytes[3] = 0x14
    bytes += [0]
    bytes[7] += 1
    #expect("\(error(Data(bytes).base64EncodedString())!)".contains("1 bytes follow the zlib stream"))
  }

  @Test(
    arguments: [
      (0, 0xFF, "cookie"), (7, 1, "counts announced"), (11, 1, "index offset 1"),
      (15, 2, "2 significant digits"),
      (23, 2, "lowest value 2"), (32, 0x40, "ratio"),
    ] as [(Int, UInt8, String)])
  func headersOfOthersAreNamed(place: Int, value: UInt8, words: String) {
    var bytes = histogram([]).payload()
    bytes[place] = value
    #expect("\(error(text(bytes))!)".contains(words))
  }

  /// Whatever range it was made for, the counters are the same.
  @Test func anotherRangeIsTaken() throws {
    var bytes = histogram([5, 7, 2_000_000]).payload()
    bytes[24..<32] = [0, 0, 0, 0, 0, 0x2D, 0xC6, 0xC0]  // 3,000,000
    #expect(try Histogram(encoded: text(bytes)).counters == histogram([5, 7, 2_000_000]).counters)
  }

  @Test func countsThatCannotBeAreRefused() {
    let most: [UInt8] = [0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]  // Int64.max
    let least: [UInt8] = [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]  // Int64.min: a run of zeros
    let limit: [UInt8] = [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x20]  // 2^53
    #expect(error(text(payload(counts: most))) == .tooManyCounts)
    #expect("\(error(text(payload(counts: least)))!)".contains("above one hour"))
    #expect(error(text(payload(counts: limit))) == nil)
    #expect(error(text(payload(counts: limit + [2]))) == .tooManyCounts)
    #expect("\(error(text(payload(counts: [0x80])))!)".contains("cut off"))
    #expect(error(text(payload(counts: [UInt8](repeating: 2, count: 33_421)))) == nil)
    #expect(
      "\(error(text(payload(counts: [UInt8](repeating: 2, count: 33_422))))!)".contains("above one hour"))
  }

  @Test func aBombDoesNotGoOff() {
    let bomb = text([UInt8](repeating: 0, count: 100_000_000))
    #expect(bomb.utf8.count < 200_000)
    #expect("\(error(bomb)!)".contains("inflates to more than 300829 bytes"))
  }

  @Test func cutOffAnywhereIsRefused() {
    let payload = histogram(Durations.frames.values(300)).payload()
    for end in 0..<payload.count { #expect(error(text(Array(payload[..<end]))) != nil) }
    let bytes = Data(base64Encoded: histogram(Durations.frames.values(300)).encoded())!
    for end in 0..<bytes.count { #expect(error(bytes[..<end].base64EncodedString()) != nil) }
  }

  /// Flips, swaps and repeats: what is still read can be written and read again.
  @Test func mutationsNeverTrap() throws {
    var random = SeededGenerator(11)
    for round in 0..<3000 {
      var bytes = histogram(Durations.allCases[round % 6].values(round % 50)).payload()
      for _ in 0...Int.random(in: 0..<4, using: &random) {
        let place = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case 1: bytes[place] = UInt8.random(in: 0...255, using: &random)
        case 2: bytes.insert(bytes[place], at: place)
        default: bytes.swapAt(place, bytes.count - 1)
        }
      }
      if round % 2 == 0 { bytes = payload(counts: Array(bytes.dropFirst(40))) }
      guard let read = try? Histogram(encoded: text(bytes)) else { continue }
      let again = try Histogram(encoded: read.encoded())
      #expect(again.counters == read.counters && again.count == read.count)
      if read.count > 0 { #expect(read.value(atPercentile: 100) != nil) }
    }
  }
}
