import CRDKafka
import FrameCore
import Synchronization
import Testing

@testable import KafkaTransport

/// Connecting to a topic: what is wrong with it is said, and nothing is waited for without a bound.
@Suite(.serialized) struct TopicHandleTests {
  /// What connecting throws, unless it has not returned after `seconds`.
  private func connect(
    _ brokers: String, milliseconds: Int = 30_000, within seconds: Int64 = 20,
    isStopped: @escaping @Sendable () -> Bool = { false }
  ) throws -> Result<Void, TransportError>? {
    let producer = try CopyingProducer(KafkaSettings(brokers: brokers), topic: "frames")
    let ended = Monitor<Result<Void, TransportError>?>(nil)
    _ = PipelineThread("connect") {
      let result: Result<Void, TransportError>
      do throws(TransportError) {
        result = .success(try producer.connect(milliseconds: milliseconds, isStopped: isStopped))
      } catch {
        result = .failure(error)
      }
      ended.withLock { $0 = result }
      ended.wakeAll()
    }
    let deadline = FrameClock.monotonic() + seconds * 1_000_000_000
    return ended.withLock(waitingUntil: { $0 != nil }, deadline: deadline) { $0 }
  }

  /// librdkafka 2.0.2 asks a dead leader for its offsets for ever.
  @Test func aDeadLeaderHoldsNothingUp() throws {
    let cluster = try MockCluster(brokers: 2)
    cluster.create("frames", partitions: 2)
    cluster.setLeader("frames", 0, to: 1)
    cluster.setLeader("frames", 1, to: 2)
    cluster.takeDown(2)
    let result = try #require(try connect(cluster.brokers), "it does not return")
    try result.get()
  }

  /// Nor does a partition without a leader, for which sending waits.
  @Test func aMissingLeaderHoldsNothingUp() throws {
    let cluster = try MockCluster()
    cluster.create("frames")
    cluster.setLeader("frames", to: nil)
    try #require(try connect(cluster.brokers), "it does not return").get()
  }

  @Test func aTopicThatIsNotThereIsNamed() throws {
    let cluster = try MockCluster()
    cluster.create("frames")
    cluster.setError(of: "frames", .unknownTopic)
    guard case .failure(.topicMissing("frames", _)) = try connect(cluster.brokers) else {
      Issue.record("a missing topic is no error")
      return
    }
    cluster.setError(of: "frames", KafkaCode(RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED))
    guard case .failure(.denied(let denial)) = try connect(cluster.brokers) else {
      Issue.record("a forbidden topic is no error")
      return
    }
    #expect(denial.rights == [AccessRight(.describe, on: .topic("frames"))])
  }

  /// One that was just made may be told a moment later.
  @Test func aTopicThatComesIsWaitedFor() throws {
    let cluster = try MockCluster()
    cluster.create("frames")
    cluster.setError(of: "frames", .unknownTopic)
    let thread = PipelineThread("make") {
      _ = StopSignal().sleep(until: FrameClock.monotonic() + 700_000_000)
      cluster.setError(of: "frames", .none)
    }
    try #require(try connect(cluster.brokers)).get()
    thread.join()
  }

  @Test func waitingForABrokerCanBeStopped() throws {
    let stop = StopSignal()
    let thread = PipelineThread("stop") {
      _ = stop.sleep(until: FrameClock.monotonic() + 300_000_000)
      stop.request()
    }
    guard case .failure(.stopped) = try connect("localhost:1", isStopped: { stop.isRequested }) else {
      Issue.record("it is not stopped")
      return
    }
    thread.join()
    guard case .failure(.unreachable) = try connect("localhost:1", milliseconds: 500) else {
      Issue.record("no broker is no error")
      return
    }
  }
}
