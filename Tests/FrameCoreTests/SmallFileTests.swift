import Foundation
import FrameCore
import Testing

@Suite struct SmallFileTests {
  /// The path of a file of this test with some bytes.
  private func withFile<R>(_ bytes: [UInt8], _ body: (String) throws -> R) throws -> R {
    let file = FileManager.default.temporaryDirectory.appending(path: "framefeed-" + UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: file) }
    try Data(bytes).write(to: file)
    return try body(file.path)
  }

  @Test(arguments: [0, 1, 4096, SmallFile.maximumBytes])
  func filesUpToTheLargestAreReadWhole(count: Int) throws {
    let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    let read = try withFile(bytes) { try SmallFile.read($0) }
    #expect(read == bytes)
  }

  @Test func oneByteMoreIsTooLarge() throws {
    try withFile([UInt8](repeating: 1, count: SmallFile.maximumBytes + 1)) { path in
      #expect(throws: SmallFile.Failure.tooLarge) { try SmallFile.read(path) }
      let beginning = try SmallFile.beginning(of: path, 3)
      #expect(beginning == [1, 1, 1])
    }
  }

  /// It would never end.
  @Test func aDeviceWithoutAnEndIsTooLarge() {
    #expect(throws: SmallFile.Failure.tooLarge) { try SmallFile.read("/dev/zero") }
  }

  /// Neither is a file's size known, nor does one read return all of it.
  @Test func pipesAreReadToTheirEnd() throws {
    let pipe = Pipe()
    let bytes = [UInt8](repeating: 5, count: 200_000)
    Thread.detachNewThread {
      for _ in 0..<4 { pipe.fileHandleForWriting.write(Data(bytes[..<50_000])) }
      try? pipe.fileHandleForWriting.close()
    }
    #expect(try SmallFile.read("/dev/fd/\(pipe.fileHandleForReading.fileDescriptor)") == bytes)
  }

  @Test(arguments: [("/no/such", "No such file or directory"), ("/", "Is a directory")])
  func theSystemsReasonIsKept(path: String, reason: String) {
    #expect(throws: SmallFile.Failure.unreadable(reason: reason)) { try SmallFile.read(path) }
    #expect(throws: SmallFile.Failure.unreadable(reason: reason)) { try SmallFile.beginning(of: path, 8) }
  }
}
