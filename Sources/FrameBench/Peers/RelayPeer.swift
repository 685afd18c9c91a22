import Foundation
import Glibc

/// The least that any broker must do, as a program between two socket peers: receive a payload, append it to a file, send
/// it on. It waits for no disk, as Kafka does not.
public enum RelayPeer {
  /// The size at which the file begins anew, bytes: it must fit on the disk, and into the page cache.
  private static let mostBytes: off_t = 256 << 20

  /// Runs until standard input ends.
  /// - Parameter options: `address` is the receiver's.
  public static func run(_ options: PeerOptions) throws(BenchError) {
    let payloads = try PeerPayloads(directory: options.payloads)
    let file = try Self.file()
    let receiver = try PeerSocket.connected(to: options.address)
    let listening = try PeerSocket.listening()
    PeerLines.ready(try listening.address(), "receive, append, send on; POSIX, Swift")
    let sender = try listening.accepted()
    PeerLines.endWithInput()
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: payloads.largest, alignment: 64)
    defer { memory.deallocate() }
    var (count, size): (Int, off_t) = (0, 0)
    while let payload = try sender.receive(into: memory, number: count) {
      try PeerSocket.writeAll(payload, to: file)
      try receiver.send(payload)
      size += off_t(payload.count)
      count += 1
      // Here nothing waits for it.
      if size > mostBytes {
        try PeerSocket.check("ftruncate", ftruncate(file, 0))
        size = 0
      }
    }
  }

  /// Opens a file without a name in the directory of temporary files, where the brokers of this program have their data.
  private static func file() throws(BenchError) -> Int32 {
    let path = NSTemporaryDirectory() + "framefeed-relay." + UUID().uuidString
    let file = try PeerSocket.check(path, open(path, O_CREAT | O_EXCL | O_RDWR | O_APPEND, 0o600))
    unlink(path)
    return file
  }
}
