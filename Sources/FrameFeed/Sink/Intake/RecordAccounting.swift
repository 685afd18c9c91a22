import FrameCore
import FrameLatency
import KafkaTransport
import LogLines

/// Parses records and counts them in the tally and the ledger. For one thread at a time.
struct RecordAccounting: Sendable {
  private let options: SinkOptions
  private let tally: SinkTally
  private let rejections: Rejections
  private var reader: RecordReader

  init(_ options: SinkOptions, _ tally: SinkTally, _ rejections: Rejections) {
    self.options = options
    self.tally = tally
    self.rejections = rejections
    reader = RecordReader(topic: options.topic, limits: options.limits)
  }

  /// Parses and counts a record.
  /// - Returns: `nil` if there is nothing to decode.
  mutating func frame(_ record: borrowing Record) -> FrameDescription? {
    let place = record.place
    let isAgain = tally.ledger.withLock { $0.noteReceived(place) }
    do throws(RecordError) {
      switch try reader.read(record) {
      case .frame(var description):
        let isNew = tally.ledger.withLock {
          $0.noteFrame(description.identity, place, isAgain: isAgain)
        }
        if description.dropped > 0 {
          tally.ledger.withLock { $0.passedOver(description.identity, description.dropped, place) }
        }
        guard isNew else { break }
        tally.clocks.count(&description.clock, &description.stamps)
        count(record, description)
        return description
      case .end(let identity, let count, let dropped):
        tally.ledger.withLock { ledger in
          if dropped > 0 { ledger.passedOver(identity, dropped, place) }
          ledger.noteEnd(identity, count: count, place, isAgain: isAgain)
        }
      case .tombstone where isAgain: break
      case .tombstone:
        tally.tombstones.add()
        options.log.info(
          "\(options.topic)[\(record.partition)]@\(record.offset): null value, skipped",
          LogLine.place(options.topic, record))
      }
    } catch  where isAgain {
      // Counted and logged at its first receipt.
    } catch {
      rejections.reject(record, error.identity, arrived: false, reason: error.description)
    }
    return nil
  }

  /// Returns whether a frame is older than the maximum age, and counts it as dropped if so.
  ///
  /// The age is the time since the frame was due. It is unknown for stamps of another host's clock.
  func isStale(_ description: FrameDescription, in record: borrowing Record) -> Bool {
    guard let most = options.maximumAge else { return false }
    guard description.clock == FrameClock.domain else {
      tally.ageUnknown.add()
      return false
    }
    guard FrameClock.now() - description.stamps.scheduled > most else { return false }
    drop(description, partition: record.partition)
    return true
  }

  /// Counts a dropped frame.
  func drop(_ description: FrameDescription, partition: Int32) {
    tally.stale.add()
    tally.feeds.dropped(description.identity.feed)
    tally.ledger.withLock { $0.noteDropped(description.identity, partition) }
  }

  private func count(_ record: borrowing Record, _ description: FrameDescription) {
    if tally.first.value == 0 {
      tally.first.set(Int(FrameClock.monotonic()))
    }
    tally.received.add()
    tally.feeds.received(description.identity.feed, at: record.received)
    tally.rawBytes.add(description.format.content.layout.byteCount)
    tally.payloadBytes.add(record.byteCount)
    if tally.clocks.measures(description.clock) {
      tally.latency.record(.transport, nanoseconds: record.received - description.stamps.sent)
    }
  }
}
