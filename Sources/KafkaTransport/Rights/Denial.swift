/// A broker's refusal of what a login may not do, with what would give it the right.
public struct Denial: Sendable, Equatable {
  public let action: GuardedAction
  public let code: KafkaCode
  /// Any of them is enough.
  public let rights: [AccessRight]
  let login: Login
  let servers: String

  /// `nil` for a code that is of no right, or of one that the action is not known to take.
  init?(_ action: GuardedAction, _ code: KafkaCode, login: Login, servers: String) {
    rights = action.rights(refusedBy: code)
    guard !rights.isEmpty else { return nil }
    self.action = action
    self.code = code
    self.login = login
    self.servers = servers
  }

  /// What is missing, without the command: `this login (cam) needs Read on group g21`.
  public var lack: String {
    "\(login) needs \(rights.map(\.description).joined(separator: " or "))"
  }

  /// The command that mends it, for a shell.
  public var remedy: String { rights[0].command(for: login, at: servers) }
}

extension Denial: CustomStringConvertible {
  public var description: String {
    "\(action): \(lack): \(remedy)" + (action.wayAround(code).map { "; \($0)" } ?? "")
  }
}
