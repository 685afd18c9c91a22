import CRDKafka

/// A version of librdkafka: `2.6.1`.
public struct LibraryVersion: Sendable, Comparable, CustomStringConvertible {
  private let parts: [Int]

  public init(_ major: Int, _ minor: Int, _ revision: Int) { parts = [major, minor, revision] }

  /// Reads the result of `rd_kafka_version`: 0xMMmmrrxx; `xx` is of versions before a release.
  init(number: Int32) {
    let bits = UInt32(bitPattern: number)
    self.init(Int(bits >> 24), Int(bits >> 16 & 0xff), Int(bits >> 8 & 0xff))
  }

  /// The version in use, which may differ from the one that the program was built with.
  public static let inUse = LibraryVersion(number: rd_kafka_version())

  public static func < (a: LibraryVersion, b: LibraryVersion) -> Bool {
    a.parts.lexicographicallyPrecedes(b.parts)
  }

  public var description: String { parts.map { "\($0)" }.joined(separator: ".") }
}

/// An ability that a sink or source may need and that not every librdkafka has. From its CHANGELOG.md.
public enum LibraryAbility: Sendable, CaseIterable {
  /// Before, a consumer's close waited for ever for the partitions of a deleted topic (#4187).
  case leavingDeletedTopics
  /// Before, the first renewal of an unsigned OAUTHBEARER token caused a segmentation fault (tried with 2.0.2; also
  /// kcat).
  case renewingUnsignedTokens
  /// Before, the client's nonce was sent twice, which Kafka refuses since 3.8.1 (#4895).
  case loggingInByScram
  /// Since then KIP-848 is ready for production; early forms exist since 2.4.
  case groupsOfBrokers

  /// The first version that has it.
  public var since: LibraryVersion {
    switch self {
    case .leavingDeletedTopics: LibraryVersion(2, 1, 0)
    case .renewingUnsignedTokens: LibraryVersion(2, 2, 0)
    case .loggingInByScram: LibraryVersion(2, 6, 1)
    case .groupsOfBrokers: LibraryVersion(2, 12, 0)
    }
  }

  /// What is missing, as text to follow "cannot".
  public var action: String {
    switch self {
    case .leavingDeletedTopics: "close a client whose topic was deleted, which then remains in memory,"
    case .renewingUnsignedTokens: "renew an unsigned token of OAUTHBEARER"
    case .loggingInByScram: "log in by SCRAM to Apache Kafka 3.8.1 or newer"
    case .groupsOfBrokers: "use group.protocol=consumer"
    }
  }

  public func isThere(in version: LibraryVersion = .inUse) -> Bool { version >= since }

  /// Returns the abilities that a version lacks.
  public static func missing(in version: LibraryVersion = .inUse) -> [LibraryAbility] {
    allCases.filter { !$0.isThere(in: version) }
  }
}
