import KafkaTransport
import Testing

/// Logins by SCRAM to Apache Kafka, which librdkafka before 2.6.1 cannot make.
@Suite(.enabled(if: kafkaHome != nil, "KAFKA_HOME names a directory with libs/ of Apache Kafka"))
struct ScramTests {
  @Test func theRightPasswordLogsInOrTheCauseIsSaid() throws {
    let mechanisms = ["SCRAM-SHA-256", "SCRAM-SHA-512"]
    let modules = mechanisms.flatMap {
      [
        "--set",
        "listener.name.login.\($0.lowercased()).sasl.jaas.config="
          + "org.apache.kafka.common.security.scram.ScramLoginModule required;",
        "--add-scram", "\($0)=[name=cam,password=open-sesame]",
      ]
    }
    let broker = try LocalBroker(
      options: [
        "--listener", "LOGIN=SASL_PLAINTEXT", "--set",
        "listener.name.login.sasl.enabled.mechanisms=\(mechanisms.joined(separator: ","))",
      ] + modules)
    let address = try broker.listener("LOGIN")
    for mechanism in mechanisms {
      for password in ["open-sesame", "guessed"] {
        let login =
          ["--broker", address, "-X", "security.protocol=sasl_plaintext"]
          + Password.login(mechanism, password)
        let created = try RunningCommand(
          framefeed, ["topic", "create", "logged-in-\(mechanism)"] + login
        ).wait()
        if LibraryAbility.loggingInByScram.isThere() {
          #expect((created.code == 0) == (password == "open-sesame"), "\(created.errors)")
          if created.code != 0 {
            #expect(created.errors.contains("check sasl.mechanism, sasl.username and sasl.password"))
          }
        } else {
          #expect(created.code == 1)
          #expect(
            created.errors.contains(
              "librdkafka \(LibraryVersion.inUse) cannot log in by SCRAM to Apache Kafka 3.8.1 or newer, whatever"
            ),
            "\(created.errors)")
        }
        #expect(!created.errors.contains(password), "\(created.errors)")
      }
    }
  }
}
