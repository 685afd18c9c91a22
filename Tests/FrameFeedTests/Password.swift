/// Logins by a name and a password.
enum Password {
  /// The settings of a client that logs in.
  static func login(_ mechanism: String, _ password: String, user: String = "cam") -> [String] {
    ["-X", "sasl.mechanism=\(mechanism)", "-X", "sasl.username=\(user)", "-X", "sasl.password=\(password)"]
  }
}
