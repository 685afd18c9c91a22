import Foundation

/// A file of text that is deleted with this object.
final class TemporaryFile: Sendable {
  let path = NSTemporaryDirectory() + "framefeed-" + UUID().uuidString

  init(_ text: String) throws(BenchError) {
    do { try text.write(toFile: path, atomically: true, encoding: .utf8) } catch {
      throw .failed("\(path): cannot be written: \(error.localizedDescription)")
    }
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}
