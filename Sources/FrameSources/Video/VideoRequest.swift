import FrameCore

/// The work that ffmpeg is started for.
struct VideoRequest: Sendable {
  let path: String
  let tools: VideoTools
  /// Index of the stream in the file.
  let stream: Int
  let codec: String
  let format: VideoFormat
  let orientation: FrameOrientation.Policy
  /// Start, s from the start of the file.
  let seek: Double
  /// Duration, s; `nil` to the end.
  let duration: Double?

  var arguments: [String] {
    var words = ["-nostdin", "-hide_banner", "-nostats", "-loglevel", "level+info"]
    if orientation == .stored { words.append("-noautorotate") }
    if seek > 0 { words += ["-ss", Self.seconds(seek)] }
    if let duration { words += ["-t", Self.seconds(duration)] }
    // A file that is a playlist or a reference must not make ffmpeg open network connections.
    words += [
      "-protocol_whitelist", "file", "-i", "file:\(path)", "-map", "0:\(stream)", "-map_metadata", "-1",
    ]
    if case .jpeg = format {
      // Without `-copypriorss 0`, frames before the requested start are sent too.
      words += ["-c", "copy", "-copypriorss", "0"]
    } else {
      // Keeps the times of the file: DamageSurvey identifies frames by them.
      words += ["-copyts", "-c:v", "rawvideo", "-pix_fmt", format.pixelFormat]
      // Each frame once, at its own time in ns, not at the nearest tick of an average rate.
      let passthrough = tools.version >= VideoTools.Version(major: 5, minor: 1) ? "-fps_mode" : "-vsync"
      words += [passthrough, "passthrough", "-enc_time_base", "1:1000000000"]
      // Frames of another size than the first are rejected, not scaled.
      if tools.version >= VideoTools.Version(major: 4, minor: 4) { words += ["-autoscale", "0"] }
    }
    // Writes frames to the pipe without an intermediate copy.
    words += ["-avioflags", "direct", "-f", "nut", "pipe:1"]
    return words
  }

  /// Returns the arguments for logging each frame from the key frame before a time on.
  /// - Parameter start: time in the file, ns; `nil` for the start of the file.
  func survey(from start: Int64?) -> [String] {
    var words = [
      "-nostdin", "-hide_banner", "-nostats", "-loglevel", "level+info", "-debug_ts", "-threads", "1",
    ]
    if let start { words += ["-seek_timestamp", "1", "-ss", Self.seconds(Double(start) / 1e9)] }
    words += ["-protocol_whitelist", "file", "-i", "file:\(path)", "-map", "0:\(stream)"]
    return words + ["-copyts", "-f", "null", "-"]
  }

  /// Formats seconds without an exponent, to the microsecond, as ffmpeg accepts them.
  private static func seconds(_ value: Double) -> String {
    let micro = Int64((max(value, 0) * 1e6).rounded())
    let fraction = String(micro % 1_000_000)
    return "\(micro / 1_000_000).\(String(repeating: "0", count: 6 - fraction.count))\(fraction)"
  }
}
