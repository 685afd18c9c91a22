import Foundation

/// A local broker of a test's own, which can be stopped and started again with what it had.
///
/// It answers for a moment after it has begun to stop, and loses what it acknowledges then: stop the sources
/// first (``restart(after:standingStill:)``).
final class LocalBroker {
  let address: String
  private let port: String
  private let directory: URL
  private var process: RunningCommand?

  init() throws {
    port = try run(
      "python3", "-c",
      "import socket; s = socket.socket(); s.bind((\"127.0.0.1\", 0)); print(s.getsockname()[1], end=\"\")"
    ).text
    address = "localhost:" + port
    directory = FileManager.default.temporaryDirectory.appending(
      path: "framefeed-broker-" + UUID().uuidString)
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    try start()
  }

  deinit {
    process?.kill()
    _ = try? process?.wait()
    try? FileManager.default.removeItem(at: directory)
  }

  func start() throws {
    process = try RunningCommand("scripts/broker.sh", ["run", port, directory.path])
    let isUp = try eventually(within: 30) {
      try run("kcat", "-L", "-m", "2", "-b", address).code == 0
    }
    guard isUp else { throw BrokerError.notUp }
  }

  /// Ends it in order: it writes out what it has.
  func terminate() throws {
    process?.terminate()
    guard let ended = try process?.wait(), ended.code != SIGKILL else { throw BrokerError.notDown }
    process = nil
  }

  /// Ends it and starts it again after `seconds`, with the same data and address.
  /// - Parameter sources: stand still until it has ended.
  func restart(after seconds: Double, standingStill sources: [RunningCommand]) throws {
    for source in sources { source.suspend() }
    usleep(500_000)  // what is on the wire arrives
    try terminate()
    for source in sources { source.resume() }
    usleep(UInt32(seconds * 1e6))
    try start()
  }

  enum BrokerError: Error {
    case notUp
    case notDown
  }
}
