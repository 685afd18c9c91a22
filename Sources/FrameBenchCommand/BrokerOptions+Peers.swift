package import FrameBench
package import FrameFeedCommand

extension BrokerOptions {
  /// The settings for a process of this program.
  var peerSettings: PeerSettings { PeerSettings(file: kafkaConfig, settings: settings) }
}

extension BenchError: ExitingError {
  package var exitCode: ExitCode {
    if case .stopped = self { return .stopped }
    return isUsage ? .usage : .failed
  }
}
