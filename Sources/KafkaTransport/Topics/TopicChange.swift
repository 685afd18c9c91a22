/// A changed setting of a topic.
public struct TopicChange: Sendable, Equatable {
  public let name: String
  /// The value before; `nil` if the topic had none of its own and the broker's is unknown.
  public let before: String?
  public let after: String
  /// Whether the topic had the broker's value.
  public let wasInherited: Bool
}

extension TopicChange: CustomStringConvertible {
  /// `max.message.bytes=40000000 (was 1048588, inherited)`.
  public var description: String {
    let was = [before.map { "was \($0)" }, wasInherited ? "inherited" : nil].compactMap { $0 }
    return "\(name)=\(after)" + (was.isEmpty ? "" : " (\(was.joined(separator: ", ")))")
  }
}

extension TopicDescription {
  /// Returns the changes that these settings would make, by name.
  func changes(by wanted: [String: String]) -> [TopicChange] {
    wanted.sorted { $0.key < $1.key }.compactMap { name, value in
      let now = configuration[name]
      guard let now, now.isOwn, !now.isHidden, now.value == value else {
        return TopicChange(
          name: name, before: now.flatMap { $0.isHidden ? nil : $0.value }, after: value,
          wasInherited: now.map { !$0.isOwn } ?? false)
      }
      return nil
    }
  }
}
