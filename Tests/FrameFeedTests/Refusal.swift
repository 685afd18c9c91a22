import Foundation
import Testing

/// A client that is not let in, or does not let itself in, and what it must say.
struct Refusal {
  let name: String
  let address: String
  let settings: [String]
  let words: String

  /// Runs commands of all clients at once, as each takes the seconds that a broker is given to answer. Expects of each one
  /// line with the words, and without the secrets.
  static func expect(_ refusals: [Refusal], by commands: [[String]], hiding secrets: [String]) throws {
    let running = try refusals.flatMap { refusal in
      let place = ["--broker", refusal.address] + refusal.settings
      return try commands.map { (refusal, Date(), try RunningCommand(framefeed, $0 + place)) }
    }
    for (refusal, started, command) in running {
      let finished = try command.wait()
      let lines = finished.errors.split(separator: "\n")
      #expect(finished.code == 1, "\(refusal.name): \(finished.errors)")
      #expect(finished.errors.contains(refusal.words), "\(refusal.name): \(finished.errors)")
      #expect(lines.count == 1, "\(refusal.name): \(finished.errors)")
      for secret in secrets {
        #expect(!finished.errors.contains(secret), "\(refusal.name): \(finished.errors)")
      }
      print("\(refusal.name): within \(Int(Date().timeIntervalSince(started) + 1)) s: \(lines.first ?? "")")
    }
  }
}
