/// Saves the model's answers. For one thread at a time.
protocol ResultWriter: AnyObject, Sendable {
  func write(_ row: ResultRow) throws(FeedError)
  /// Returns once everything written is saved: with the operating system, which writes it to the disk when it likes,
  /// or with the brokers.
  func flush() throws(FeedError)
  func close() throws(FeedError)
  /// Ends a flush that waits for a broker, from any thread: it throws.
  func abandon()
}
