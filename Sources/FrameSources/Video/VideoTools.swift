import FrameCore
import Glibc

/// The programs that read video files: ffmpeg, and ffprobe in the same directory.
struct VideoTools: Sendable {
  let ffmpeg: String
  let ffprobe: String
  let version: Version

  /// A version of ffmpeg.
  struct Version: Comparable, Sendable {
    let major: Int
    let minor: Int

    /// The oldest version with all options that are used.
    static let oldest = Version(major: 4, minor: 0)

    static func < (left: Version, right: Version) -> Bool {
      (left.major, left.minor) < (right.major, right.minor)
    }

    init(major: Int, minor: Int) {
      self.major = major
      self.minor = minor
    }

    /// - Parameter text: the output of `ffmpeg -version`; builds between releases state only the versions of their
    ///   libraries.
    init?(_ text: String) {
      let words = text.split(whereSeparator: \.isWhitespace)
      guard words.count > 2, words[0] == "ffmpeg", words[1] == "version" else { return nil }
      let numbers = words[2].drop { $0 == "n" || $0 == "v" }.split { !$0.isNumber }.compactMap { Int($0) }
      if words[2].first(where: { $0 != "n" && $0 != "v" })?.isNumber == true, let major = numbers.first,
        major < 1000  // not a date
      {
        self.init(major: major, minor: numbers.count > 1 ? numbers[1] : 0)
        return
      }
      // "libavcodec     59. 37.100 / ...": 58 belongs to release 4, 59 to 5, and so on.
      guard let at = words.firstIndex(of: "libavcodec"), at + 1 < words.count,
        let codec = Int(words[at + 1].prefix { $0.isNumber }), codec > 54
      else { return nil }
      self.init(major: codec - 54, minor: 0)
    }
  }

  /// Finds the programs, and runs `ffmpeg -version` and ffprobe on the file at the same time: each takes longer to
  /// start than to answer.
  /// - Parameters:
  ///   - named: the path of ffmpeg that the user gave; else `FRAMEFEED_FFMPEG`, else the one on `PATH`.
  ///   - video: the file.
  static func find(
    _ named: String?, for video: String
  ) throws(SourceError) -> (tools: VideoTools, probe: VideoProbe) {
    func failure(_ reason: String) -> SourceError { .unreadable(video, reason: reason) }
    let variable = environment("FRAMEFEED_FFMPEG")
    let ffmpeg: String
    if let path = named ?? variable {
      guard isProgram(path) else {
        throw failure("\(named == nil ? "FRAMEFEED_FFMPEG=" : "")\(path) is not an executable program")
      }
      ffmpeg = path
    } else {
      guard let path = onPath("ffmpeg") else {
        throw failure(
          "video needs ffmpeg 4 or newer, and none is on PATH; install it (Debian: apt install ffmpeg), "
            + "or name it: FRAMEFEED_FFMPEG=/path/to/ffmpeg")
      }
      ffmpeg = path
    }
    let ffprobe = ffmpeg.contains("/") ? String(ffmpeg[...ffmpeg.lastIndex(of: "/")!]) + "ffprobe" : "ffprobe"
    let hasProbe = isProgram(ffprobe)
    let asked = try ProgramQuery(ffmpeg, ["-version"], for: video)
    let probing = hasProbe ? try ProgramQuery(ffprobe, VideoProbe.arguments(video), for: video) : nil
    let said = asked.answer(limit: 1 << 20)
    guard let version = Version(said.text) else {
      throw failure(
        "\(ffmpeg) -version does not give the answer of ffmpeg\(said.reason.map { ": \($0)" } ?? "")")
    }
    guard version >= .oldest else {
      throw failure("\(ffmpeg) is ffmpeg \(version.major).\(version.minor); 4.0 or newer is needed")
    }
    guard let probing else { throw failure("there is no ffprobe beside \(ffmpeg)") }
    let tools = VideoTools(ffmpeg: ffmpeg, ffprobe: ffprobe, version: version)
    return (tools, try VideoProbe(video, tools, probing.answer(limit: VideoProbe.longest)))
  }

  private static func environment(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
  }

  private static func onPath(_ program: String) -> String? {
    let directories = (environment("PATH") ?? "").split(separator: ":")
    return directories.map { "\($0)/\(program)" }.first(where: isProgram)
  }

  private static func isProgram(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG && access(path, X_OK) == 0
  }
}
