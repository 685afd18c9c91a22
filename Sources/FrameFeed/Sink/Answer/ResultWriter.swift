/// Saves the model's answers. For one thread at a time.
protocol ResultWriter: AnyObject, Sendable {
  func write(_ row: ResultRow) throws(FeedError)
  /// Returns when the operating system or the brokers have everything written. The operating system may write it to the
  /// disk later.
  func flush() throws(FeedError)
  func close() throws(FeedError)
  /// Aborts a flush that waits for a broker: it throws. Thread-safe.
  func abandon()
}
