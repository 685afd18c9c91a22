import FrameCodecs
import FrameCore
import FrameTensors
import Synchronization

/// Measures the speedup by several threads: whole frames in parallel, and one frame in stripes.
struct TensorScaling {
  private let frames: SampleFrames
  private let spec: TensorSpec
  private let threads: Int

  init(_ frames: SampleFrames, _ spec: TensorSpec, _ threads: Int) {
    self.frames = frames
    self.spec = spec
    self.threads = threads
  }

  func run(_ rounds: Int) throws(BenchError) -> [TensorReport.Scaling] {
    var results: [TensorReport.Scaling] = []
    if frames.areJPEGFiles {
      results.append(try sideBySide("JPEG files, a frame a thread", frames.samples.map(\.file), rounds))
      results.append(try striped(rounds))
    }
    results.append(try sideBySide("pixels, a frame a thread", frames.samples.map(\.pixels), rounds))
    return results
  }

  /// Shortest time of one measurement, ns, so that starting threads does not matter.
  private static let leastTime = 200_000_000

  private func sideBySide(
    _ name: String, _ forms: [SampleFrames.Form], _ rounds: Int
  ) throws(BenchError) -> TensorReport.Scaling {
    let ways = (0..<threads).map { _ in OwnTensors(name, .jpeg, forms, spec) }
    for way in ways { _ = try way.once(0) }
    let batch = max(threads * 4, Self.leastTime / max(1, Int(try ways[0].once(0))))
    var speedups: [Double] = []
    var rates: [Double] = []
    for _ in 0..<max(rounds, 6) {
      let alone = try time(Array(ways.prefix(1)), forms.count, batch)
      let together = try time(ways, forms.count, batch)
      speedups.append(Double(alone) / Double(together))
      rates.append(Double(batch) * 1e9 / Double(together))
    }
    return TensorReport.Scaling(
      name: name, threads: threads, speedup: RatioInterval(speedups),
      framesPerSecond: rates.sorted()[rates.count / 2])
  }

  /// Sound to send: each thread uses only its own contender.
  private struct Lent: @unchecked Sendable { let way: OwnTensors }

  private func time(_ ways: [OwnTensors], _ count: Int, _ batch: Int) throws(BenchError) -> Int64 {
    let next = Counter()
    let failure = Lock<BenchError?>(nil)
    let threads = ways.map(Lent.init)
    let before = FrameClock.monotonic()
    let running = threads.map { lent in
      PipelineThread("frame-decoder") {
        while true {
          let frame = next.take()
          guard frame < batch else { return }
          do throws(BenchError) { _ = try lent.way.once(frame % count) } catch {
            failure.withLock { $0 = error }
          }
        }
      }
    }
    for thread in running { thread.join() }
    if let error = failure.withLock({ $0 }) { throw error }
    return FrameClock.monotonic() - before
  }

  private final class Counter: Sendable {
    private let value = Atomic(0)
    func take() -> Int { value.add(1, ordering: .relaxed).oldValue }
  }

  /// Measures one frame after the other, each on all threads. Encodes the frames as files with restart markers.
  private func striped(_ rounds: Int) throws(BenchError) -> TensorReport.Scaling {
    let encoder = FrameEncoder(codec: try SampleFrames.codec("jpeg:quality=90,restart=1"))
    let pool = FramePool(buffers: 4)
    var forms: [SampleFrames.Form] = []
    for sample in frames.samples {
      guard let frame = sample.pixels.captured(sample.origin, pool) else { continue }
      do throws(CodecError) {
        let encoded = try encoder.encode(frame, into: pool)
        forms.append(
          SampleFrames.Form(
            content: encoded.format.content, bytes: encoded.payload.bytes.withUnsafeBytes { [UInt8]($0) }))
      } catch {
        throw .codec(error)
      }
    }
    let name = "JPEG files with restart markers, each frame in stripes"
    let crew = DecodeCrew(threads: threads)
    let alone = OwnTensors(name, .jpeg, forms, spec)
    let together = OwnTensors(name, .jpeg, forms, spec, crew: crew)
    var (speedups, rates): ([Double], [Double]) = ([], [])
    for round in 0...max(rounds, 6) {
      for frame in forms.indices {
        let (one, all) = (try alone.once(frame), try together.once(frame))
        guard round > 0 else { continue }
        speedups.append(Double(one) / Double(all))
        rates.append(1e9 / Double(all))
      }
    }
    return TensorReport.Scaling(
      name: name, threads: threads, speedup: RatioInterval(speedups),
      framesPerSecond: rates.sorted()[rates.count / 2])
  }
}
