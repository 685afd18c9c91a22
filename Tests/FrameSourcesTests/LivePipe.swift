import Foundation
import FrameCore
import FrameSources

/// A source that reads from a pipe, on a thread of its own, and a writer that sees frame by frame what comes out.
final class LivePipe {
  /// What came out.
  struct Seen: Sendable {
    var bytes: [UInt8] = []
    var problem: String?
    /// Wall time, ns.
    var captured: Int64 = 0
  }

  let source: any FrameSource
  private let writer: FileHandle
  private let seen = BoundedQueue<Seen>(capacity: 1000)
  private let reader: PipelineThread

  /// - Parameter name: of the pipe; says what kind of stream it is.
  init(_ scratch: Scratch, _ name: String) throws {
    let path = "\(scratch.path)/\(name)"
    guard mkfifo(path, 0o600) == 0 else { throw ToolFailed(program: "mkfifo") }
    // Both ends, or opening one would wait for the other.
    writer = FileHandle(fileDescriptor: open(path, O_RDWR | O_CLOEXEC), closeOnDealloc: true)
    let opened = Monitor<Result<any FrameSource, SourceError>?>(nil)
    let seen = seen
    reader = PipelineThread("reader") {
      do throws(SourceError) {
        let source = try SourceOpener.open([path])
        opened.withLock { $0 = .success(source) }
        opened.wakeAll()
        try Self.read(source, seen)
      } catch {
        opened.withLock { if $0 == nil { $0 = .failure(error) } }
        opened.wakeAll()
        seen.push(Seen(problem: "\(error)"))
      }
      seen.close()
    }
    // A source whose header is read at opening needs one first: see `write`.
    pending = opened
    let result = opened.withLock(
      waitingUntil: { $0 != nil }, deadline: FrameClock.monotonic() + 20_000_000_000
    ) { $0 }
    guard let result else { throw ToolFailed(program: "open") }
    source = try result.get()
  }

  private let pending: Monitor<Result<any FrameSource, SourceError>?>

  private static func read(_ source: any FrameSource, _ seen: BoundedQueue<Seen>) throws(SourceError) {
    let pool = FramePool(buffers: 4)
    while true {
      switch try source.next(into: pool) {
      case .frame(let frame):
        seen.push(
          Seen(bytes: frame.buffer.bytes.withUnsafeBytes { Array($0) }, captured: frame.captured))
      case .rejected(let error): seen.push(Seen(problem: "\(error)"))
      case .end: return
      }
    }
  }

  func write(_ bytes: [UInt8]) { writer.write(Data(bytes)) }

  /// The writer is gone.
  func end() { try? writer.close() }

  /// What comes out next.
  /// - Returns: `nil` at the end, or when nothing came for long: it waits for bytes that were not written.
  func next() -> Seen? { seen.pop(deadline: FrameClock.monotonic() + 20_000_000_000) }

  deinit {
    source.close()
    reader.join()
  }
}
