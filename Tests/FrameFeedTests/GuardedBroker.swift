import Foundation
import Testing

/// A broker of Apache Kafka that looks at who asks on one of its ports, and lets anybody do all on the other.
struct GuardedBroker {
  let broker: LocalBroker
  /// Of the port that asks for a login.
  let address: String

  init() throws {
    let users = "user_cam=\"cam-secret\""
    broker = try LocalBroker(options: [
      "--listener", "GUARDED=SASL_PLAINTEXT",
      "--set", "listener.name.guarded.sasl.enabled.mechanisms=PLAIN",
      "--set",
      "listener.name.guarded.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required \(users);",
      "--set", "authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer",
      "--set", "super.users=User:ANONYMOUS",
    ])
    address = try broker.listener("GUARDED")
  }

  var login: [String] {
    ["--broker", address, "-X", "security.protocol=sasl_plaintext"]
      + Password.login("PLAIN", "cam-secret")
  }

  func ask(_ words: [String]) throws -> Finished { try RunningCommand(framefeed, words + login).wait() }

  /// Runs the command that was printed, as whoever may.
  func give(_ printed: String) throws {
    let start = try #require(printed.range(of: "kafka-acls.sh "))
    let line = printed[start.upperBound...].prefix { $0 != ";" && $0 != "\n" }
    let words = line.split(separator: " ").map(String.init)
    #expect(words[0...3] == ["--bootstrap-server", address, "--command-config", "admin.properties"])
    try rule(Array(words.dropFirst(4)))
  }

  /// Adds or removes a rule of Kafka's, by its own tool.
  func rule(_ words: [String]) throws {
    try KafkaTool.run("org.apache.kafka.tools.AclCommand", ["--bootstrap-server", broker.address] + words)
  }
}

/// A program of Apache Kafka's own.
enum KafkaTool {
  static func run(_ name: String, _ words: [String]) throws {
    let done = try RunningCommand(
      "sh",
      ["-c", "java -Xmx256m -XX:TieredStopAtLevel=1 -cp \"$KAFKA_HOME/libs/*\" \"$@\"", "tool", name] + words
    ).wait()
    #expect(done.code == 0, "\(words): \(done.text) \(done.errors)")
  }
}
