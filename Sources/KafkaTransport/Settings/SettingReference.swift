import FrameCore
import Glibc

/// A reference to a setting's value that is kept elsewhere, so that it is on no command line: `@file:PATH`,
/// `@env:NAME`.
public enum SettingReference {
  private static let file = "@file:"
  private static let environment = "@env:"

  /// Returns whether a value is a reference and not the value itself.
  public static func isReference(_ value: String) -> Bool {
    value.hasPrefix(file) || value.hasPrefix(environment)
  }

  /// Returns a reference to an environment variable.
  public static func toEnvironment(_ name: String) -> String { environment + name }

  /// Returns the value referred to. The newline at the end of a file is dropped: editors and `echo` add one.
  static func resolve(_ value: String, of key: String) throws(TransportError) -> String {
    if value.hasPrefix(file) {
      return try content(of: String(value.dropFirst(file.count)), key)
    }
    if value.hasPrefix(environment) {
      let name = String(value.dropFirst(environment.count))
      guard let text = getenv(name), text.pointee != 0 else {
        throw .setting(key: key, reason: "environment variable \(name) is not set")
      }
      return String(cString: text)
    }
    return value
  }

  private static func content(of path: String, _ key: String) throws(TransportError) -> String {
    var text: String
    do throws(SmallFile.Failure) {
      text = String(decoding: try SmallFile.read(path), as: UTF8.self)
    } catch {
      throw .setting(key: key, reason: "\(path) \(error.ofSettings)")
    }
    // "\r\n" is one character.
    if let last = text.last, last == "\n" || last == "\r\n" { text.removeLast() }
    guard !text.isEmpty else { throw .setting(key: key, reason: "\(path) is empty") }
    // librdkafka reads C strings: the rest would be cut off silently.
    guard !text.utf8.contains(0) else { throw .setting(key: key, reason: "\(path) is not a text file") }
    return text
  }
}
