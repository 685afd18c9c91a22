import Foundation
import Testing

/// Names that are no UTF-8, typed on the command line.
@Suite(.enabled(if: broker != nil, "FRAMEFEED_BROKER names a broker; make test starts one"))
struct PathNamesTests {
  /// Runs a line of bash, `$F` the program, `$S` a directory with `e\xE9.jpg` in it and in `d\xFF/`.
  private func bash(_ line: String, _ scratch: Scratch) throws -> Finished {
    try RunningCommand(
      "bash",
      [
        "-c",
        #"cd "$S" && mkdir -p $'d\xFF' && cp "$J" $'e\xE9.jpg' && cp "$J" $'d\xFF/e\xE9.jpg' && "# + line,
      ],
      environment: ["F": framefeed, "S": scratch.path, "J": "\(repository)/samples/flight/frame001.jpg"]
    ).wait()
  }

  @Test(arguments: [
    #"$'e\xE9.jpg'"#, #"$'d\xFF'"#, #"$'d\xFF/e\xE9.jpg'"#, #"$'e\xE9.jpg' $'d\xFF/e\xE9.jpg'"#,
    #"$'d\xFF' --timestamps <(printf '5 e\xE9.jpg\n')"#,
  ])
  func areOpened(_ words: String) throws {
    let scratch = try Scratch(partitions: 1)
    // A table of times is a regular file.
    let line = words.replacing(#"<(printf '5 e\xE9.jpg\n')"#, with: "t.txt")
    let sent = try bash(
      #"printf '5 e\xE9.jpg\n' > t.txt && exec "$F" stream "# + line + " --quiet --topic \(scratch.topic)",
      scratch)
    #expect(sent.code == 0, "\(sent.errors)")
  }

  @Test func areShownAsBytes() throws {
    let scratch = try Scratch(partitions: nil)
    let sent = try bash(#"exec "$F" stream $'no\xFF.jpg'"#, scratch)
    #expect(
      sent.code == 1 && sent.errors.contains(#"no\xFF.jpg: cannot be read: No such file"#), "\(sent.errors)")
    let feed = try bash(#"exec "$F" stream $'e\xE9.jpg' --feed $'\xE9'"#, scratch)
    #expect(feed.code == 64 && feed.errors.contains("1 to 255 bytes of UTF-8"), "\(feed.errors)")
  }
}
