import Foundation
import FrameCore
public import FrameTensors

/// Other libraries' methods to convert frames to tensors: a Python program that runs the requested method and reports
/// the time it took. It reads the frames from files.
public final class TensorPeers {
  /// Methods that cannot run here, and why.
  private(set) var missing: [String] = []
  private(set) var versions: [String: String] = [:]

  /// Number of frames given to it.
  fileprivate let count: Int
  private let frames: FrameFiles
  private let process: PeerProcess
  private var ways: [(number: Int, job: TensorReport.Job, name: String)] = []

  /// Longest time for a frame, ns.
  private static let timeout: Int64 = 60_000_000_000

  /// Starts the program.
  /// - Parameters:
  ///   - directory: contains `tensor_peer.py`.
  ///   - spec: of a tensor that the libraries can produce: see ``canMake(_:)``.
  public init(directory: String, _ frames: SampleFrames, _ spec: TensorSpec) throws(BenchError) {
    let script = directory + "/tensor_peer.py"
    guard FileManager.default.fileExists(atPath: script) else {
      throw .failed("\(script) is not there; name the directory of the peers with --peers")
    }
    let command: [String]
    switch Python().program(script, modules: ["numpy"]) {
    case .success(let program): command = program
    case .failure(let reason): throw .peer(name: script, reason: reason.text)
    }
    count = frames.samples.count
    self.frames = try FrameFiles(frames, spec)
    process = try PeerProcess("tensor_peer.py", command + [self.frames.directory])
    try begin()
  }

  /// Whether the libraries produce such tensors without steps beyond their usual ones.
  public static func canMake(_ spec: TensorSpec) -> Bool {
    spec.layout == .nchw && spec.type == .float32 && spec.color == .rgb && spec.fit == .stretch
  }

  private func begin() throws(BenchError) {
    let deadline = FrameClock.monotonic() + Self.timeout
    while true {
      let words = try process.words(until: deadline)
      let rest = words.dropFirst(2).joined(separator: " ")
      switch words.first {
      case "ready": return
      case "missing" where words.count > 1: missing.append("\(words[1]): \(rest)")
      case "version" where words.count > 2: versions[String(words[1])] = rest
      case "way":
        guard words.count > 3, let number = Int(words[1]),
          let job = TensorReport.Job(rawValue: String(words[2]))
        else { fallthrough }
        ways.append((number, job, words.dropFirst(3).joined(separator: " ")))
      default: throw unexpected(words, "way NUMBER JOB NAME")
      }
    }
  }

  func contenders(_ job: TensorReport.Job) -> [any TensorContender] {
    ways.filter { $0.job == job }.map { PeerTensors($0.name, job, $0.number, self) }
  }

  fileprivate func time(_ way: Int, _ frame: Int) throws(BenchError) -> Int64 {
    try process.say("time \(way) \(frame)")
    let words = try process.words(until: FrameClock.monotonic() + Self.timeout)
    guard words.count == 2, words[0] == "took", let nanoseconds = Int64(words[1]) else {
      throw unexpected(words, "took NANOSECONDS")
    }
    return nanoseconds
  }

  fileprivate func tensor(_ way: Int, _ frame: Int) throws(BenchError) -> [Float] {
    let file = frames.directory + "/tensor"
    try process.say("tensor \(way) \(frame) \(file)")
    let words = try process.words(until: FrameClock.monotonic() + Self.timeout)
    guard words == ["written"] else { throw unexpected(words, "written") }
    do {
      return try Data(contentsOf: URL(fileURLWithPath: file)).withUnsafeBytes {
        Array($0.bindMemory(to: Float.self))
      }
    } catch {
      throw .unreadable(file, error.localizedDescription)
    }
  }

  private func unexpected(_ words: [Substring], _ wanted: String) -> BenchError {
    .peer(
      name: "tensor_peer.py", reason: "sent \"\(words.joined(separator: " "))\"; expected \"\(wanted)\"")
  }
}

/// One of a peer's methods.
private final class PeerTensors: TensorContender {
  let name: String
  let kind = TensorReport.Kind.peer
  let job: TensorReport.Job
  private let way: Int
  private let peers: TensorPeers

  init(_ name: String, _ job: TensorReport.Job, _ way: Int, _ peers: TensorPeers) {
    self.name = name
    self.job = job
    self.way = way
    self.peers = peers
  }

  var count: Int { peers.count }
  /// The program itself processes the next frame first.
  func once(_ frame: Int) throws(BenchError) -> Int64 { try peers.time(way, frame) }
  func time(_ frame: Int) throws(BenchError) -> Int64 { try once(frame) }
  func tensor(_ frame: Int) throws(BenchError) -> [Float]? { try peers.tensor(way, frame) }
}

/// Frames as files that any program can read: JPEG files where the source has them, and pixels without a header.
private final class FrameFiles {
  let directory = NSTemporaryDirectory() + "framefeed-tensors." + UUID().uuidString

  /// The parameters that the program needs in addition to the files.
  private struct Wanted: Encodable {
    let width: Int
    let height: Int
    let scale: Double
    let mean: [Double]
    let std: [Double]
    /// Width and height of each frame, px.
    let frames: [[Int]]
  }

  init(_ frames: SampleFrames, _ spec: TensorSpec) throws(BenchError) {
    do {
      try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
      for (at, sample) in frames.samples.enumerated() {
        let name = directory + "/" + String(repeating: "0", count: 6 - String(at).count) + String(at)
        if sample.file.content.kind == .jpeg { try write(sample.file.bytes, name + ".jpg") }
        if sample.pixels.content.layout.format == .rgb8 { try write(sample.pixels.bytes, name + ".rgb") }
      }
      let wanted = Wanted(
        width: spec.width, height: spec.height, scale: spec.scale, mean: spec.mean, std: spec.std,
        frames: frames.samples.map { [$0.pixels.content.layout.width, $0.pixels.content.layout.height] })
      try write(Array(JSONEncoder().encode(wanted)), directory + "/wanted.json")
    } catch {
      throw .unreadable(directory, "frames cannot be written: \(error.localizedDescription)")
    }
  }

  private func write(_ bytes: [UInt8], _ path: String) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: path))
  }

  deinit { try? FileManager.default.removeItem(atPath: directory) }
}
