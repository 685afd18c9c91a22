// Reads a source to its end as fast as it comes: how many frames, and how long it took from opening to the end.
import FrameCore
import FrameSources

let start = FrameClock.monotonic()
let source = try SourceOpener.open([CommandLine.arguments[1]])
let pool = FramePool(buffers: 8)
var frames = 0
reading: while true {
  switch try source.next(into: pool) {
  case .frame: frames += 1
  case .rejected(let error): print(error)
  case .end: break reading
  }
}
source.close()
print(frames, Double(FrameClock.monotonic() - start) / 1e9, Double(FrameClock.processorTime()) / 1e9)
