import FrameCodecs
import FrameCore
import FrameTensors
import KafkaTransport
import Logging

/// One of the decoders: from a fetched record to its slot of the batch, without a copy of the payload between.
struct DecodeStage: Sendable {
  let intake: RecordIntake
  let line: BatchLine
  let decoder: FrameDecoder
  let writer: TensorWriter
  let tally: SinkTally
  let options: SinkOptions

  func run() {
    while let work = intake.next() { fill(work) }
  }

  private func fill(_ work: consuming RecordIntake.Work) {
    let place = work.place
    var outcome = FrameOutcome.rejected
    do throws(CodecError) {
      try place.tensor.withSlot(place.slot) { (slot) throws(CodecError) in
        writer.aim(at: slot)
        try decoder.decode(work.record.payload, format: work.description.format, to: writer)
      }
      // Rows become tensor while others are still to be decoded: the two times are added up apart.
      let done = FrameClock.now()
      outcome = .ready(decoded: done - writer.nanoseconds, tensor: done)
    } catch {
      let (partition, offset) = (work.record.partition, work.record.offset)
      tally.rejected.add()
      tally.ledger.rejected(work.description.identity, partition: partition, arrived: true)
      options.logger.warning("\(options.topic)[\(partition)]@\(offset): rejected: \(error)")
    }
    line.finish(place, outcome)
  }
}
