import Foundation
import FrameCore
import FrameSources

extension Scratch {
  func ffmpeg(_ arguments: [String]) throws {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["ffmpeg", "-nostdin", "-v", "fatal", "-y"] + arguments
    process.currentDirectoryURL = URL(filePath: path)
    process.standardInput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw ToolFailed(program: "ffmpeg \(arguments)") }
  }

  /// 320 x 240, 25 frames a second, H.264, 2 s unless the arguments say otherwise.
  func video(_ name: String, _ arguments: [String]) throws -> String {
    let length = arguments.contains("-t") || arguments.contains("-frames:v") ? [] : ["-t", "2"]
    try ffmpeg(
      ["-f", "lavfi", "-i", "testsrc2=size=320x240:rate=25"] + length
        + ["-c:v", "libx264", "-preset", "veryfast", "-bf", "3", "-pix_fmt", "yuv420p"] + arguments + [name])
    return "\(path)/\(name)"
  }

  /// When each frame is shown, s, as ffprobe says.
  func times(_ file: String) throws -> [Double] {
    try probe(file, "frame=best_effort_timestamp_time").compactMap { Double($0[0]) }
  }

  /// Where the packets of a video lie.
  func packets(_ file: String) throws -> [(size: Int, position: Int, isKey: Bool)] {
    try probe(file, "packet=size,pos,flags").map { (Int($0[0])!, Int($0[1])!, $0[2].hasPrefix("K")) }
  }

  /// What ffprobe says of the video: fields, line by line.
  private func probe(_ file: String, _ entries: String) throws -> [[Substring]] {
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [
      "ffprobe", "-v", "error", "-select_streams", "v:0", "-show_entries", entries, "-of", "csv=p=0", file,
    ]
    process.standardOutput = output
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return text.split(separator: "\n").map { $0.split(separator: ",") }.filter { !$0.isEmpty }
  }

  /// An executable script; its path.
  @discardableResult
  func script(_ name: String, _ text: String) throws -> String {
    let file = try write(name, "#!/bin/sh\n\(text)\n")
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file)
    return file
  }
}

/// A frame and when it is shown, ns from the first.
struct TimedReading {
  let bytes: [UInt8]
  let time: Int64
  let damage: String?
}

/// Every frame up to the source's end.
func timedReadings(
  _ source: any FrameSource, rejected: (String) -> Void = { _ in }
) throws -> [TimedReading] {
  let pool = FramePool(buffers: 4)
  var readings: [TimedReading] = []
  while true {
    switch try source.next(into: pool) {
    case .frame(let frame):
      readings.append(
        TimedReading(
          bytes: frame.buffer.bytes.withUnsafeBytes { Array($0) }, time: frame.presentation ?? -1,
          damage: frame.damage))
    case .rejected(let error): rejected("\(error)")
    case .end: return readings
    }
  }
}

func timedReadings(_ file: String, _ options: SourceOptions = SourceOptions()) throws -> [TimedReading] {
  try timedReadings(try SourceOpener.open([file], options: options))
}

/// Children of this process that have ended and that nobody has reaped.
func zombies() -> Int {
  let all = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
  return all.count { number in
    guard Int32(number) != nil,
      let status = try? String(contentsOfFile: "/proc/\(number)/stat", encoding: .utf8),
      let end = status.lastIndex(of: ")")
    else { return false }
    let fields = status[end...].split(separator: " ")
    return fields.count > 2 && fields[1] == "Z" && Int32(fields[2]) == getpid() && status.contains("(ff")
  }
}

/// Waits until something holds, 20 s at most.
func eventually(_ holds: () throws -> Bool) rethrows -> Bool {
  let deadline = Date(timeIntervalSinceNow: 20)
  while try !holds() {
    guard Date() < deadline else { return false }
    usleep(20_000)
  }
  return true
}

extension [UInt8] {
  /// Where bytes begin, at or behind an index.
  func firstRange(of wanted: [UInt8], from start: Int) -> Int? {
    (start..<(count - wanted.count)).first { self[$0..<$0 + wanted.count].elementsEqual(wanted) }
  }
}
