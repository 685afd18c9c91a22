import FoundationEssentials

/// The properties of a video file that ffprobe reports.
struct VideoProbe {
  /// The stream to read: the first that is not a cover picture.
  let video: Stream
  /// Duration, s; `nil` where the file does not state it.
  let duration: Double?
  /// Number of other video streams, which are ignored.
  let otherVideos: Int

  struct Stream: Decodable {
    let index: Int
    let kind: String?
    let codec: String?
    let tag: String?
    let width: Int?
    let height: Int?
    let pixelFormat: String?
    let colorRange: String?
    let colorSpace: String?
    let fieldOrder: String?
    let meanRate: String?
    let baseRate: String?
    let duration: String?
    let frames: String?
    let disposition: Disposition?
    let sideData: [SideData]?
    let tags: Tags?

    private enum CodingKeys: String, CodingKey {
      case index, width, height, duration, disposition, tags
      case kind = "codec_type"
      case codec = "codec_name"
      case tag = "codec_tag_string"
      case pixelFormat = "pix_fmt"
      case colorRange = "color_range"
      case colorSpace = "color_space"
      case fieldOrder = "field_order"
      case meanRate = "avg_frame_rate"
      case baseRate = "r_frame_rate"
      case frames = "nb_frames"
      case sideData = "side_data_list"
    }

    struct Disposition: Decodable {
      let isCover: Int?
      let isThumbnails: Int?

      private enum CodingKeys: String, CodingKey {
        case isCover = "attached_pic"
        case isThumbnails = "timed_thumbnails"
      }
    }

    struct SideData: Decodable {
      /// Degrees counterclockwise.
      let rotation: Double?
    }

    struct Tags: Decodable {
      /// Degrees clockwise, as reported by ffmpeg 4.
      let rotate: String?
    }

    var isPicture: Bool { disposition?.isCover == 1 || disposition?.isThumbnails == 1 }

    /// Whether players turn it.
    var isTurned: Bool {
      let angle = sideData?.compactMap(\.rotation).first ?? tags?.rotate.flatMap { Double($0) } ?? 0
      // The angle of a mirroring matrix has no meaning; such a file is rare, and may be decoded needlessly.
      return angle != 0
    }

    /// Mean frames per second.
    var rate: Double? { Self.ratio(meanRate) ?? Self.ratio(baseRate) }

    private static func ratio(_ text: String?) -> Double? {
      let parts = (text ?? "").split(separator: "/").compactMap { Double($0) }
      guard parts.count == 2, parts[0] > 0, parts[1] > 0, (1e-6...1e5).contains(parts[0] / parts[1]) else {
        return nil
      }
      return parts[0] / parts[1]
    }
  }

  private struct Answer: Decodable {
    let streams: [Stream]?
    let format: Format?

    struct Format: Decodable {
      let duration: String?
    }
  }

  /// Longest answer accepted, bytes.
  static let longest = 16 << 20

  /// Returns the arguments of ffprobe.
  static func arguments(_ path: String) -> [String] {
    [
      "-v", "error", "-protocol_whitelist", "file", "-of", "json", "-show_streams", "-show_format",
      "file:\(path)",
    ]
  }

  /// - Parameter said: ffprobe's answer.
  init(_ path: String, _ tools: VideoTools, _ said: ProgramQuery.Answer) throws(SourceError) {
    func failure(_ problem: String) -> SourceError { .malformed(path, problem: problem) }
    guard said.isGood else {
      throw failure(
        "is not a video that ffmpeg can read: \(said.reason ?? "ffprobe ended without a message")")
    }
    let answer: Answer
    do { answer = try JSONDecoder().decode(Answer.self, from: Data(said.text.utf8)) } catch {
      throw failure("\(tools.ffprobe) gave an answer that cannot be read: \(error)")
    }
    let streams = answer.streams ?? []
    let videos = streams.filter { $0.kind == "video" && !$0.isPicture }
    guard let video = videos.first else {
      let others = streams.map {
        $0.isPicture ? "a cover picture" : "\($0.kind ?? "data"): \($0.codec ?? "?")"
      }
      throw failure(
        "has no video stream; it has \(others.isEmpty ? "no stream at all" : others.joined(separator: ", "))")
    }
    guard let codec = video.codec, codec != "none", codec != "unknown" else {
      let tag = video.tag.map { " (tag \($0))" } ?? ""
      throw failure("its video is in a codec that ffmpeg does not know\(tag)")
    }
    self.video = video
    otherVideos = videos.count - 1
    let seconds = (video.duration ?? answer.format?.duration).flatMap { Double($0) }
    duration = seconds.flatMap { $0 > 0 && $0 < 1e9 ? $0 : nil }
  }
}
