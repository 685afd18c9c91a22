import FrameCodecs
import FrameCore
import FrameTensors
import KafkaTransport
import LogLines

/// One of the decoders: from a fetched record to its slot of the batch, without a copy of the payload between.
struct DecodeStage: Sendable {
  let intake: any FrameIntake
  let line: BatchLine
  let decoder: FrameDecoder
  let writer: TensorWriter
  let rejections: Rejections
  let pictures: PictureBook
  let options: SinkOptions

  func run() {
    while let work = intake.next() { fill(work) }
  }

  private func fill(_ work: consuming FrameWork) {
    let place = work.place
    var outcome = FrameOutcome.rejected
    do throws(CodecError) {
      try place.tensor.withSlot(place.slot) { (slot) throws(CodecError) in
        writer.aim(at: slot)
        try decoder.decode(work.record.payload, format: work.description.format, to: writer)
      }
      pictures.note(
        decoder.findings, options.log,
        "\(options.topic)[\(work.record.partition)]@\(work.record.offset)")
      // Rows become tensor while others are still to be decoded: the two times are added up apart.
      let done = FrameClock.now()
      outcome = .ready(decoded: done - writer.nanoseconds, tensor: done)
    } catch {
      rejections.reject(work.record, work.description.identity, arrived: true, reason: error.description)
    }
    line.finish(place, outcome)
  }
}
