import CommandArguments
import FrameFeedCommand
import Foundation
import FrameBench

/// `framefeed plot`: draws the figures of reports.
struct PlotCommand: Command {
  static let about = CommandText(
    "plot", BenchmarkProgram.plotSummary,
    discussion: """
      Reads files that --report has written: of stream, sink, demo and of every
      comparison. The page holds all it needs and works offline. PNG files are
      made by rsvg-convert (Debian: librsvg2-bin).
      """,
    examples: [
      "framefeed plot encodings.json transports.json -o report.html",
      "framefeed plot transports.json --png figures/",
    ])

  static let arguments: [Argument<PlotCommand>] = [
    .operands(\.reports, "report", completion: .files, "Files that --report has written."),
    .option(\.output, "output", short: "o", value: "file.html", completion: .files, "Write a page."),
    .option(\.svg, "svg", value: "dir", completion: .directories, "Write each figure as an SVG file."),
    .option(\.png, "png", value: "dir", completion: .directories, "Write each figure as a PNG file."),
  ]

  var reports: [String] = []
  var output: String?
  var svg: String?
  var png: String?

  func run() async throws {
    guard output != nil || svg != nil || png != nil else {
      throw Failure("say what to write: -o report.html, --svg DIR or --png DIR")
    }
    var read: [PlotReport] = []
    for file in reports { read.append(try PlotReport(file: file)) }
    if let output {
      try write(PlotPage.html(read), to: output)
      print(output)
    }
    let figures = named(read)
    for (directory, isPNG) in [(svg, false), (png, true)] {
      guard let directory else { continue }
      try makeDirectory(directory)
      for (name, figure) in figures {
        let file = "\(directory)/\(name)"
        if isPNG {
          try convert(figure.file, to: file + ".png")
        } else {
          try write(figure.file, to: file + ".svg")
        }
        print(file + (isPNG ? ".png" : ".svg"))
      }
    }
  }

  /// Returns the figures with distinct names, so that those of two reports of one kind do not overwrite each other.
  private func named(_ reports: [PlotReport]) -> [(String, Figure)] {
    var counts: [String: Int] = [:]
    return reports.flatMap(\.figures).map { figure in
      counts[figure.name, default: 0] += 1
      let count = counts[figure.name]!
      return (count == 1 ? figure.name : "\(figure.name)-\(count)", figure)
    }
  }

  private func makeDirectory(_ path: String) throws {
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      throw Failure("\(path): the directory cannot be made: \(error.localizedDescription)", code: .failed)
    }
  }

  private func write(_ text: String, to path: String) throws {
    do { try Data(text.utf8).write(to: URL(fileURLWithPath: path)) } catch {
      throw Failure("\(path): cannot be written: \(error.localizedDescription)", code: .failed)
    }
  }

  /// Converts an SVG figure to PNG at twice its size, for screens of twice the density.
  private func convert(_ svg: String, to path: String) throws {
    let source = path + ".svg"
    try write(svg, to: source)
    defer { try? FileManager.default.removeItem(atPath: source) }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["rsvg-convert", "--zoom", "2", "--output", path, source]
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw Failure(
        process.terminationStatus == 127
          ? "PNG files need rsvg-convert: apt-get install librsvg2-bin (or use --svg)"
          : "\(path): rsvg-convert failed with code \(process.terminationStatus)", code: .failed)
    }
  }
}
