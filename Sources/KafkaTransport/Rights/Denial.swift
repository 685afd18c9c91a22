/// A broker's refusal of an action for lack of a right, with the rights that would allow it.
public struct Denial: Sendable, Equatable {
  public let action: GuardedAction
  public let code: KafkaCode
  /// The missing rights, any of which is enough.
  public let rights: [AccessRight]
  let login: Login
  let servers: String

  /// Returns `nil` for a code that is not about a right, or about one that the action is not known to need.
  init?(_ action: GuardedAction, _ code: KafkaCode, login: Login, servers: String) {
    rights = action.rights(refusedBy: code)
    guard !rights.isEmpty else { return nil }
    self.action = action
    self.code = code
    self.login = login
    self.servers = servers
  }

  /// The missing right, without the command: `this login (cam) needs Read on group g21`.
  public var lack: String {
    "\(login) needs \(rights.map(\.description).joined(separator: " or "))"
  }

  /// The command that gives the right, for a shell.
  public var remedy: String { rights[0].command(for: login, at: servers) }
}

extension Denial: CustomStringConvertible {
  public var description: String {
    "\(action): \(lack): \(remedy)" + (action.wayAround(code).map { "; \($0)" } ?? "")
  }
}
