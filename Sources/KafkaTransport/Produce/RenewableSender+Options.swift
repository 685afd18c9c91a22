extension RenewableSender {
  struct Options: Sendable {
    var topic: String
    /// The largest record that the topic accepts, bytes.
    var largestRecord: Int
    /// The most records and payload bytes under way at a time.
    var inFlightRecords: Int
    var inFlightBytes: Int
    /// The payload bytes that librdkafka's own queue must hold.
    var queueBytes: Int
    /// The partition of all records; `nil` leaves each to librdkafka.
    var partition: RunPartition?
    /// How long the topic may be missing from the brokers' metadata, ms. librdkafka below 2.10 does not wait for an
    /// existing topic at all: one broker with outdated metadata fails its records.
    var topicTimeout: Int32 = 30_000
    /// How long records may go unanswered before that is reported, ns.
    var answerTimeout = StandstillWatch.timeout

    /// The action as error messages name it.
    var action: GuardedAction { .sendingToTopic(topic) }
  }
}
