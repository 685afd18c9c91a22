import Foundation
import Testing

@testable import FrameLatency

/// Against the PyPI package `hdrhistogram`, on the same values.
@Suite(.enabled(if: python != nil, "FRAMEFEED_PYTHON names the Python of the test tools; make test sets it"))
struct HistogramReferenceTests {
  private static let percentiles = [50, 90, 99, 99.9, 100]

  /// Reads cases of: number of values, values, length of our text, our text. Prints for each, a line each: the
  /// percentiles of its own, those of ours as it reads it, whether the counts are equal, its text.
  private static let script = """
    import struct, sys
    from hdrh.histogram import HdrHistogram
    data = sys.stdin.buffer.read()
    at = 0
    def take(format):
        global at
        values = struct.unpack_from(format, data, at)
        at += struct.calcsize(format)
        return values
    while at < len(data):
        own = HdrHistogram(1, 3600000000000, 3)
        for value in take("<%dq" % take("<q")): assert own.record_value(value)
        ours = HdrHistogram.decode(take("%ds" % take("<q"))[0])
        for histogram in own, ours:
            print(*[histogram.get_value_at_percentile(p) for p in (50, 90, 99, 99.9, 100)])
        equal = all(own.get_count_at_index(i) == ours.get_count_at_index(i) for i in range(own.counts_len))
        print(equal and own.equals(ours), ours.get_total_count())
        print(own.encode().decode())
    """

  @Test func figuresAndTextAreThoseOfThePackage() throws {
    var input = Data()
    var cases: [(name: String, values: [Int64])] = []
    for durations in Durations.allCases {
      for count in [1, 2, 7, 100, 999, 10_000] {
        cases.append(("\(durations) \(count)", durations.values(count, seed: 3)))
      }
    }
    cases.append(("boundaries", [0, 1, 2047, 2048, 2049, 4095, 4096, Durations.hour - 1, Durations.hour]))
    for (_, values) in cases {
      var histogram = Histogram()
      for value in values { histogram.record(value) }
      let text = Data(histogram.encoded().utf8)
      input.append(number: Int64(values.count))
      for value in values { input.append(number: value) }
      input.append(number: Int64(text.count))
      input.append(text)
    }
    let lines = try runPython(Self.script, input: input).split(separator: "\n").map(String.init)
    try #require(lines.count == 4 * cases.count)
    for (number, (name, values)) in cases.enumerated() {
      var histogram = Histogram()
      for value in values { histogram.record(value) }
      let figures = Self.percentiles.map { String(histogram.value(atPercentile: $0)!) }.joined(separator: " ")
      #expect(lines[4 * number] == figures, "\(name)")
      #expect(lines[4 * number + 1] == figures, "\(name), as Python reads ours")
      #expect(lines[4 * number + 2] == "True \(values.count)", "\(name)")
      let theirs = lines[4 * number + 3]
      let read = try Histogram(encoded: theirs)
      #expect(read.counters == histogram.counters && read.count == values.count, "\(name)")
      // zlib's version is another's: its bytes may be others.
      let stream = [UInt8](Data(base64Encoded: theirs)!)[8...]
      #expect(try Deflate.inflate(stream, limit: 1 << 20) == histogram.payload(), "\(name)")
    }
  }
}

extension Data {
  fileprivate mutating func append(number: Int64) {
    Swift.withUnsafeBytes(of: number.littleEndian) { append(contentsOf: $0) }
  }
}
