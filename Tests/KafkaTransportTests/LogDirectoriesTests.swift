import Testing

@testable import KafkaTransport

/// What brokers say of their disks, byte by byte.
@Suite struct LogDirectoriesTests {
  /// What kafka-python 3.0.12 writes (`kafka.protocol.admin.DescribeLogDirsRequest`, version 1).
  @Test func aRequestIsAsOthersWriteIt() {
    #expect(
      LogDirectories.request("t", [0, 2], correlation: 7) == [
        0, 0, 0, 38, 0, 35, 0, 1, 0, 0, 0, 7, 0, 9, 102, 114, 97, 109, 101, 102, 101, 101, 100, 0, 0, 0, 1, 0,
        1,
        116, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 2,
      ])
  }

  private static func number(_ number: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: number.bigEndian) { Array($0) }
  }

  private static func text(_ text: String) -> [UInt8] { number(Int16(text.utf8.count)) + text.utf8 }

  private static func partition(_ number: Int32, _ bytes: Int64, isFuture: Bool = false) -> [UInt8] {
    Self.number(number) + Self.number(bytes) + Self.number(Int64(0)) + [isFuture ? 1 : 0]
  }

  /// Two disks, another topic, a partition on its way from one disk to the other, a disk that is broken.
  private static let response: [UInt8] =
    number(Int32(7)) + number(Int32(0)) + number(Int32(3))
    + number(Int16(0)) + text("/data/1") + number(Int32(2))
    + text("t") + number(Int32(2)) + partition(0, 4242) + partition(1, 17)
    + text("other") + number(Int32(1)) + partition(2, 99)
    + number(Int16(0)) + text("/data/2") + number(Int32(1))
    + text("t") + number(Int32(1)) + partition(0, 5, isFuture: true)
    + number(Int16(56)) + text("/data/3") + number(Int32(1)) + text("t") + number(Int32(1)) + partition(3, 8)

  private func read(_ response: [UInt8], correlation: Int32 = 7) -> [Int32: Int64]? {
    try? LogDirectories(response: response.span.bytes, of: "t", correlation: correlation).bytes
  }

  @Test func aResponseIsReadAndACutOneRefused() {
    #expect(read(Self.response) == [0: 4242, 1: 17])
    #expect(read(Self.response, correlation: 8) == nil)
    for count in 0..<Self.response.count {
      #expect(read(Array(Self.response.prefix(count))) == nil, "\(count)")
    }
    // What announces more than there is.
    var greedy = Self.response
    greedy.replaceSubrange(8..<12, with: [127, 255, 255, 255])
    #expect(read(greedy) == nil)
  }
}
