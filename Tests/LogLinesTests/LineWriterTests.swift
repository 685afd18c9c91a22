import FrameCore
import Testing

@testable import LogLines
import Glibc

/// Lines for a reader who may not read.
@Suite struct LineWriterTests {
  /// A pipe, as whoever started the program may have made of its standard error.
  private final class Pipe: Sendable {
    let reading, writing: Int32

    init() {
      var ends: [Int32] = [0, 0]
      precondition(pipe(&ends) == 0)
      (reading, writing) = (ends[0], ends[1])
    }

    deinit {
      close(reading)
      close(writing)
    }

    /// Fills it to its last byte.
    /// - Returns: how many bytes that took.
    func fill() -> Int {
      let flags = fcntl(writing, F_GETFL)
      _ = fcntl(writing, F_SETFL, flags | O_NONBLOCK)
      var count = 0
      let byte: [UInt8] = [UInt8(ascii: ".")]
      while write(writing, byte, 1) == 1 { count += 1 }
      _ = fcntl(writing, F_SETFL, flags)
      return count
    }

    /// Reads until this many newlines came.
    func lines(_ count: Int) -> [Substring] {
      var text: [UInt8] = []
      var buffer = [UInt8](repeating: 0, count: 1 << 16)
      while text.count(where: { $0 == 10 }) < count {
        let got = read(reading, &buffer, buffer.count)
        guard got > 0 else { break }
        text += buffer[..<got]
      }
      return String(decoding: text, as: UTF8.self).split(separator: "\n")
    }
  }

  @Test func allLinesComeInOrder() {
    let pipe = Pipe()
    let writer = LineWriter(pipe.writing)
    let reader = Lock<[Substring]>([])
    let thread = PipelineThread("reader") {
      let lines = pipe.lines(20_000)
      reader.withLock { $0 = lines }
    }
    for number in 0..<20_000 {
      writer.write("line \(number)\n")
      // As slow as a program that has something else to do, so that the queue holds it.
      if number % 1000 == 0 { writer.finish(milliseconds: 5000) }
    }
    thread.join()
    #expect(reader.withLock { $0 } == (0..<20_000).map { "line \($0)" })
    #expect(writer.finish(milliseconds: 5000))
  }

  /// Before, the first line that did not fit stopped whoever logged it, with a lock held that all others wait for.
  @Test func aReaderWhoDoesNotReadStopsNobody() {
    let pipe = Pipe()
    let filled = pipe.fill()
    let writer = LineWriter(pipe.writing, limit: 1000)
    for number in 0..<10_000 { writer.write("line \(number)\n") }
    #expect(!writer.finish(milliseconds: 10))
    // It reads again: what was queued is there, and how much was not.
    var lines = pipe.lines(2)
    while !writer.finish(milliseconds: 0) { lines += pipe.lines(1) }
    writer.write("last\n")
    lines += pipe.lines(1)
    lines[0] = lines[0].drop { $0 == "." }
    #expect(filled > 4096)
    #expect(lines.last == "last")
    var next = 0
    var dropped = 0
    for line in lines.dropLast() {
      if let number = line.split(separator: " ").last.flatMap({ Int($0) }), line.hasPrefix("line ") {
        #expect(number == next)
        next = number + 1
      } else {
        let count = line.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
        #expect(line == "warning: \(count) lines were dropped, as standard error was not read", "\(line)")
        dropped += count
        next += count
      }
    }
    #expect(next == 10_000 && dropped > 8000, "\(next) \(dropped)")
  }

  /// Progress is worth nothing once there is a newer one.
  @Test func whatIsObsoleteSoonIsNotQueued() {
    let pipe = Pipe()
    _ = pipe.fill()
    let writer = LineWriter(pipe.writing, limit: 1000)
    writer.write("first\n")
    for number in 0..<1000 { writer.writeIfIdle("\(number)\n") }
    #expect(pipe.lines(1).last?.drop { $0 == "." } == "first")
    #expect(writer.finish(milliseconds: 5000))
  }

  @Test func aReportIsWrittenToItsEnd() {
    let pipe = Pipe()
    _ = pipe.fill()
    let writer = LineWriter(pipe.writing, limit: 100)
    writer.write("before\n")
    let thread = PipelineThread("report") {
      for number in 0..<1000 { writer.writeAll("row \(number)\n") }
    }
    let lines = pipe.lines(1001)
    thread.join()
    #expect(lines.dropFirst() == (0..<1000).map { "row \($0)" }[...])
    #expect(lines[0].drop { $0 == "." } == "before")
  }

  /// Whoever shares a terminal may have made it one that does not wait.
  @Test func aDescriptorThatDoesNotWaitLosesNothing() {
    let pipe = Pipe()
    _ = fcntl(pipe.writing, F_SETFL, fcntl(pipe.writing, F_GETFL) | O_NONBLOCK)
    let writer = LineWriter(pipe.writing)
    let text = String(repeating: "x", count: 99)
    for _ in 0..<5000 { writer.write(text + "\n") }
    #expect(pipe.lines(5000).count == 5000)
  }

  @Test func theQueueCountsWhatItDrops() {
    var queue = LineQueue(limit: 10)
    #expect(queue.isIdle && !queue.hasLines)
    queue.add("12345\n")
    queue.add("too long for it\n")
    queue.add("1\n")  // there would be room, but it came after
    #expect(
      queue.take() == Array("12345\nwarning: 2 lines were dropped, as standard error was not read\n".utf8))
    #expect(!queue.isIdle && !queue.hasLines && queue.isWriting)
    queue.add("a line that is longer than the queue\n")
    queue.written()
    #expect(queue.take() == Array("a line that is longer than the queue\n".utf8))
    queue.written()
    #expect(queue.isIdle)
  }
}
