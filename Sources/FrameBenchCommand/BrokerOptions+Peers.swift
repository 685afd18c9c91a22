import FrameBench
import FrameFeedCommand

extension BrokerOptions {
  /// The settings for a process of this program.
  var peerSettings: PeerSettings { PeerSettings(file: kafkaConfig, settings: settings) }
}
