import FrameCodecs
import FrameCore
import FrameTensors
import KafkaTransport
import LogLines

/// One decoder: decodes a fetched record into its slot of the batch, without copying the payload.
struct DecodeStage: Sendable {
  /// The decoder's number, from 0.
  let number: Int
  let intake: any FrameIntake
  let line: BatchLine
  let decoder: FrameDecoder
  let writer: TensorWriter
  let rejections: Rejections
  let pictures: PictureCounts
  let options: SinkOptions

  func run() {
    while let work = intake.next() {
      guard let tensor = line.tensor(work.place, decoder: number) else { return }
      fill(work, tensor)
    }
  }

  private func fill(_ work: consuming FrameWork, _ tensor: BatchTensor) {
    let place = work.place
    let began = FrameClock.now()
    do throws(CodecError) {
      try tensor.withSlot(place.slot) { (slot) throws(CodecError) in
        writer.aim(at: slot)
        try decoder.decode(work.record.payload, format: work.description.format, to: writer)
      }
    } catch {
      rejections.reject(work.record, work.description.identity, arrived: true, reason: error.description)
      return line.finish(place, .rejected)
    }
    pictures.note(
      decoder.findings, options.log,
      "\(options.topic)[\(work.record.partition)]@\(work.record.offset)")
    let times = DecodeTimes(began: began, ended: FrameClock.now(), tensor: writer.nanoseconds)
    line.finish(place, .ready(times, rejections.keepsRecords ? work.keepRecord() : nil))
  }
}
