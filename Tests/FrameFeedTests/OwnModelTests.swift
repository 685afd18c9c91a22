import Foundation
import Testing

/// A program of a user's, with a model of its own and the library alone: samples/swift.
@Suite(.enabled(if: broker != nil, "FRAMEFEED_BROKER names a broker; make test starts one"))
struct OwnModelTests {
  @Test func aModelOfOnesOwnAnswersEachFrame() throws {
    let scratch = try Scratch()
    let levels: [UInt8] = [0, 51, 102, 255]
    let frames = scratch.file("frames")
    try FileManager.default.createDirectory(atPath: frames, withIntermediateDirectories: true)
    for (number, level) in levels.enumerated() {
      let picture = Data("P5 64 64 255\n".utf8) + Data(repeating: level, count: 64 * 64)
      try picture.write(to: URL(filePath: "\(frames)/\(number).pgm"))
    }
    let sent = try run(framefeed, "stream", frames, "--topic", scratch.topic, "--codec", "raw", "--quiet")
    #expect(sent.code == 0, "\(sent.errors)")
    let program = URL(filePath: framefeed).deletingLastPathComponent().appending(path: "brightness").path
    let answers = scratch.file("answers.jsonl")
    let read = try run(program, try #require(broker), scratch.topic, answers)
    #expect(read.code == 0 && read.text.contains("inferred 4"), "\(read.text)\(read.errors)")

    struct Answer: Decodable {
      let sequence: Int
      let outputs: [String: Double]
    }
    let lines = try String(contentsOfFile: answers, encoding: .utf8).split(separator: "\n")
    let found = try lines.map { try JSONDecoder().decode(Answer.self, from: Data($0.utf8)) }
    #expect(found.map(\.sequence) == [0, 1, 2, 3])
    for (answer, level) in zip(found, levels) {
      let brightness = try #require(answer.outputs["brightness"])
      #expect(abs(brightness - Double(level) / 255) < 0.02 / 255, "\(answer)")
    }
  }
}
