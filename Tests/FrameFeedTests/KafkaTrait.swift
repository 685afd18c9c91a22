import Testing

/// Starts one node of Apache Kafka before a suite's tests and ends it behind them: for what the development server does
/// not do, or what would hurt the tests beside it.
struct KafkaTrait: SuiteTrait, TestScoping {
  /// The suite's.
  @TaskLocal static var broker: LocalBroker?

  /// `KEY=VALUE`, of `server.properties`.
  var settings: [String] = []

  func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
  ) async throws {
    try await Self.$broker.withValue(
      try LocalBroker(options: settings.flatMap { ["--set", $0] }), operation: function)
  }
}

extension Trait where Self == KafkaTrait {
  static var withKafka: Self { KafkaTrait() }
  static func withKafka(_ settings: [String]) -> Self { KafkaTrait(settings: settings) }
}
