import Foundation
import Testing

/// `framefeed plot`: real reports as a page, looked at by a browser.
@Suite(.serialized, .enabled(if: broker != nil, "FRAMEFEED_BROKER names a broker; make test starts one"))
struct PlotTests {
  /// What the browser found.
  private struct Found: Decodable {
    struct Mark: Decodable {
      let figure: String
      let name: String
      let value: Double
      let left: Double
      let width: Double
    }
    struct Figure: Decodable {
      let id: String
      let height: Double
    }
    let marks: [Mark]
    let figures: [Figure]
    let fetched: [String]

    func marks(_ figure: String) -> [Mark] { marks.filter { $0.figure == figure } }
  }

  /// Asks the laid-out page; the script is the test's, the page has none.
  private static let script = """
    <script>onload = () => {
      const box = e => e.getBoundingClientRect();
      const found = {
        marks: [...document.querySelectorAll('[data-value]')].map(e => ({figure: e.closest('figure').id,
          name: e.dataset.name, value: +e.dataset.value, left: box(e).left, width: box(e).width})),
        figures: [...document.querySelectorAll('figure')].map(f => ({id: f.id, height: box(f).height})),
        fetched: performance.getEntriesByType('resource').map(r => r.name)};
      const pre = document.createElement('pre');
      pre.id = 'found';
      pre.textContent = btoa(unescape(encodeURIComponent(JSON.stringify(found))));
      document.body.append(pre);
    }</script>
    """

  private func look(at html: String, _ scratch: Scratch) throws -> Found {
    let page = scratch.file("looked-at.html")
    try html.replacingOccurrences(of: "</body>", with: Self.script + "</body>").write(
      toFile: page, atomically: true, encoding: .utf8)
    let done = try run(
      "chromium", "--headless", "--no-sandbox", "--disable-gpu", "--user-data-dir=\(scratch.file("profile"))",
      "--dump-dom", "file://" + page)
    let parts = done.text.components(separatedBy: "<pre id=\"found\">")
    let text = try #require(parts.last?.components(separatedBy: "</pre>").first, "\(done.errors)")
    let data = try #require(Data(base64Encoded: text), "\(done.errors)")
    return try JSONDecoder().decode(Found.self, from: data)
  }

  private func object(_ file: String) throws -> [String: Any] {
    let data = try Data(contentsOf: URL(filePath: file))
    return try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
  }

  @Test func thePageShowsTheNumbersOfTheReports() throws {
    let scratch = try Scratch(partitions: nil)
    let files = ["encodings", "transports", "settings", "run"].map { scratch.file($0 + ".json") }
    let commands = [
      ["compare", "encodings", "synthetic:320x240", "--frames", "3", "--codec", "raw", "--codec", "zstd"],
      [
        "compare", "transports", "synthetic:320x240", "--frames", "3", "--only", "tcp", "--only", "FrameFeed",
        "--sends", "40",
      ],
      [
        "compare", "settings", "synthetic:64x64", "--setting", "linger.ms=30", "--rounds", "2", "--sends",
        "4",
      ],
      ["demo", "synthetic:64x64", "--frames", "40"],
    ]
    for (command, file) in zip(commands, files) {
      let done = try RunningCommand(framefeed, command + ["--quiet", "--report", file]).wait()
      #expect(done.code == 0, "\(done.errors)")
    }
    let page = scratch.file("report.html")
    let plotted = try RunningCommand(
      framefeed, ["plot"] + files + ["-o", page, "--svg", scratch.file("svg")]
    )
    .wait()
    #expect(plotted.code == 0, "\(plotted.errors)")
    let html = try String(contentsOfFile: page, encoding: .utf8)
    for word in ["http:", "https:", "src=", "href=", "url(", "@import", "<script"] {
      #expect(!html.contains(word), "\(word)")
    }
    let found = try look(at: html, scratch)
    #expect(found.fetched.isEmpty)
    let names = [
      "encodings-bytes", "encodings-times", "encodings-stages", "transports-all", "transports-top",
      "transports-parts", "transports-percentiles", "transports-time", "settings", "run-stages",
      "run-percentiles",
    ]
    #expect(found.figures.map(\.id) == names && found.figures.allSatisfy { $0.height > 80 })
    for name in names {
      #expect(FileManager.default.fileExists(atPath: scratch.file("svg/\(name).svg")), "\(name)")
      #expect(found.marks(name).contains { $0.width > 0 }, "\(name) is empty")
    }
    try checkBars(found.marks("encodings-times"), try object(files[0]))
    let rows = try #require(try object(files[1])["rows"] as? [[String: Any]])
    let medians = try rows.map { row in
      let series = try #require(row["oneInFlight"] as? [String: Any])
      return try #require((series["latency"] as? [String: Any])?["p50"] as? Double)
    }
    for figure in ["transports-all", "transports-percentiles", "transports-time"] {
      #expect(found.marks(figure).map(\.value) == medians, "\(figure)")
    }
  }

  /// Stacked bars: the numbers are the report's, lengths are in proportion, and each begins where the one
  /// before it ends.
  private func checkBars(_ marks: [Found.Mark], _ report: [String: Any]) throws {
    let rows = try #require(report["rows"] as? [[String: Any]])
    let values = rows.flatMap { row in
      ["encode", "decode"].compactMap { (row[$0] as? [String: Any])?["p50"] as? Double }
    }
    #expect(marks.map(\.value) == values && values.count == 4)
    let longest = try #require(marks.max { $0.value < $1.value })
    for mark in marks {
      #expect(abs(mark.width / longest.width - mark.value / longest.value) < 0.01, "\(mark.name)")
    }
    for at in [0, 2] { #expect(abs(marks[at].left + marks[at].width - marks[at + 1].left) < 0.5) }
  }

  @Test func whatIsNoReportIsNamed() throws {
    let scratch = try Scratch(partitions: nil)
    try "{\"schema\":\"other/1\"}".write(toFile: scratch.file("a.json"), atomically: true, encoding: .utf8)
    try "not json".write(toFile: scratch.file("b.json"), atomically: true, encoding: .utf8)
    for (name, words) in [
      ("a.json", "schema \"other/1\" cannot be drawn"), ("b.json", "is not a report"),
      ("c.json", "cannot be read"),
    ] {
      let done = try run(framefeed, "plot", scratch.file(name), "-o", scratch.file("x.html"))
      #expect(done.code == 1 && done.errors.contains(words) && done.errors.contains(name), "\(done.errors)")
    }
    #expect(try run(framefeed, "plot", scratch.file("a.json")).code == 64)
  }
}
