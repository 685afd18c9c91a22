import FrameCore
import FrameLatency
import KafkaTransport
import Logging

/// Takes records in the order of receipt, tells what they are, and gives each frame its place in a batch.
/// The decoders share it: one at a time takes the next record, then all decode side by side.
final class RecordIntake: Sendable {
  /// One frame for a decoder.
  struct Work: ~Copyable, Sendable {
    let record: Record
    let description: FrameDescription
    let place: BatchLine.Place
  }

  private struct State {
    var reader: RecordReader
    var taken = 0
  }

  private let options: SinkOptions
  private let queue: BoundedQueue<Record>
  private let line: BatchLine
  private let tally: SinkTally
  private let state: Monitor<State>
  /// Set when the wanted number of frames has been taken.
  let hasEnough = StopSignal()

  init(_ options: SinkOptions, _ queue: BoundedQueue<Record>, _ line: BatchLine, _ tally: SinkTally) {
    self.options = options
    self.queue = queue
    self.line = line
    self.tally = tally
    state = Monitor(State(reader: RecordReader(topic: options.topic, limits: options.limits)))
  }

  /// The next frame; waits for it.
  /// - Returns: `nil` when no more will come.
  func next() -> Work? {
    // The lock is held while waiting: whoever waits for it would wait for the same record.
    state.withLock { state in
      while !hasEnough.isRequested, let record = queue.pop() {
        guard let description = frame(record, &state) else { continue }
        let placed = PlacedFrame(description: description, received: record.received)
        guard let place = line.place(placed, partition: record.partition, offset: record.offset) else {
          return nil
        }
        state.taken += 1
        if state.taken == options.frames { hasEnough.request() }
        return Work(record: record, description: description, place: place)
      }
      return nil
    }
  }

  /// Keeps the books of a record.
  /// - Returns: `nil` when there is nothing to decode; then its place in the order is noted.
  private func frame(_ record: borrowing Record, _ state: inout State) -> FrameDescription? {
    let isAgain = tally.ledger.took(partition: record.partition, offset: record.offset)
    do throws(RecordError) {
      switch try state.reader.read(record) {
      case .frame(var description):
        guard tally.ledger.arrived(description.identity, partition: record.partition, isAgain: isAgain)
        else { break }
        tally.clocks.count(&description.clock, &description.stamps)
        count(record, description)
        return description
      case .end(let identity, let count):
        tally.ledger.ended(identity, count: count, partition: record.partition)
      case .tombstone where isAgain: break
      case .tombstone:
        tally.tombstones.add()
        options.logger.info("\(options.topic)[\(record.partition)]@\(record.offset): null value, skipped")
      }
    } catch  where isAgain {
      // Counted and told when it came first.
    } catch {
      tally.rejected.add()
      tally.ledger.rejected(error.identity, partition: record.partition, arrived: false)
      options.logger.warning("\(options.topic)[\(record.partition)]@\(record.offset): rejected: \(error)")
    }
    line.note(partition: record.partition, offset: record.offset)
    return nil
  }

  private func count(_ record: borrowing Record, _ description: FrameDescription) {
    if tally.first.value == 0 {
      tally.first.set(Int(FrameClock.monotonic()))
    }
    tally.received.add()
    tally.rawBytes.add(description.format.content.layout.byteCount)
    tally.payloadBytes.add(record.byteCount)
    if tally.clocks.measures(description.clock) {
      tally.latency.record(.transport, nanoseconds: record.received - description.stamps.sent)
    }
  }
}
