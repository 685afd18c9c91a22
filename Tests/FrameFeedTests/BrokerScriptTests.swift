import Foundation
import Testing

/// The script that everything here starts brokers by.
@Suite(.enabled(if: python != nil, "FRAMEFEED_PYTHON names a Python with confluent-kafka"))
struct BrokerScriptTests {
  @Test func brokersStartObeyAndLeaveNothingBehind() throws {
    let ended = try RunningCommand(try #require(python), ["scripts/broker_test.py"]).wait()
    #expect(ended.code == 0, "\(ended.errors)")
    #expect(ended.errors.contains("OK"), "\(ended.errors)")
  }
}
