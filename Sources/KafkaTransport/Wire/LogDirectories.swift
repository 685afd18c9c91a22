/// The sizes of a topic's partitions on a broker's disks: Kafka's request DescribeLogDirs (35) in version 1, which
/// brokers answer from 2.0 on; librdkafka does not have it.
struct LogDirectories: Equatable {
  private static let (key, version) = (Int16(35), Int16(1))

  /// The bytes by partition; for one that is being moved between disks, those of the replica in use.
  private(set) var bytes: [Int32: Int64] = [:]

  /// Returns a request with its length in front.
  static func request(_ topic: String, _ partitions: [Int32], correlation: Int32) -> [UInt8] {
    var body: [UInt8] = []
    func put(_ number: some FixedWidthInteger) { withUnsafeBytes(of: number.bigEndian) { body += $0 } }
    func put(_ text: String) {
      put(Int16(text.utf8.count))
      body += text.utf8
    }
    put(key)
    put(version)
    put(correlation)
    put("framefeed")
    put(Int32(1))
    put(topic)
    put(Int32(partitions.count))
    for partition in partitions { put(partition) }
    return withUnsafeBytes(of: Int32(body.count).bigEndian) { Array($0) } + body
  }

  /// - Parameter response: the response without its length.
  init(
    response: RawSpan, of topic: String, correlation: Int32
  ) throws(WireReader.Malformed) {
    var reader = WireReader(response)
    guard try reader.number(Int32.self) == correlation else { throw WireReader.Malformed() }
    _ = try reader.number(Int32.self)  // throttle time, ms
    // A directory consists of its error, its name and the number of its topics; a topic of its name and the number of
    // its partitions.
    for _ in 0..<(try reader.count(ofAtLeast: 8)) {
      let error = try reader.number(Int16.self)
      _ = try reader.text()
      for _ in 0..<(try reader.count(ofAtLeast: 6)) {
        let name = try reader.text()
        for _ in 0..<(try reader.count(ofAtLeast: 21)) {
          let partition = try reader.number(Int32.self)
          let size = try reader.number(Int64.self)
          _ = try reader.number(Int64.self)  // offset lag
          let isFuture = try reader.number(Int8.self) != 0
          if error == 0, name == topic, !isFuture, size >= 0 { bytes[partition] = size }
        }
      }
    }
  }
}
