import CommandArguments
import Foundation
import KafkaTransport
import Testing

@testable import FrameBenchCommand
@testable import FrameFeedCommand

/// The built program's command line: help, the manual, and what it refuses.
@Suite struct CommandLineTests {
  private func arguments(_ path: [CommandNode]) -> [String] { path.dropFirst().map(\.name) }

  @Test func helpOfEveryCommandSaysWhatItDeclares() throws {
    for path in commandPaths {
      let command = path[path.count - 1]
      let shown = try RunningCommand(framefeed, arguments(path) + ["--help"]).wait()
      #expect(shown.code == 0 && shown.errors.isEmpty)
      // Without the line breaks.
      let text = shown.text.split { $0.isWhitespace }.joined(separator: " ")
      for argument in command.arguments {
        var parts = argument.spellings + [argument.help] + argument.choices
        if let value = argument.defaultText { parts.append("default: \(value)") }
        if let limits = argument.limits { parts.append(limits) }
        for part in parts {
          let words = part.split { $0.isWhitespace }.joined(separator: " ")
          #expect(text.contains(words), "\(arguments(path)): \(part)")
        }
      }
      for below in command.shownSubcommands {
        #expect(text.contains("\(below.name) \(below.about.summary)"), "\(below.name)")
      }
      let asked = try RunningCommand(framefeed, ["help"] + arguments(path)).wait()
      #expect(asked.text == shown.text)
    }
  }

  @Test func everyExampleIsReadByTheCommandItIsOf() {
    for path in commandPaths {
      for example in path[path.count - 1].about.examples {
        let line = example.split(separator: "#")[0].split(separator: "|").last!
        let words = line.split(separator: " ").map(String.init)
        #expect(words.first == "framefeed")
        #expect(throws: Never.self, "\(example)") {
          try FrameBenchProgram.commandLine.read(Array(words.dropFirst()))
        }
      }
    }
  }

  @Test func theProgramTellsItsVersion() throws {
    let told = try run(framefeed, "--version")
    let lines = told.text.split(separator: "\n")
    #expect(told.code == 0 && lines.count == 2 && lines[0].split(separator: ".").count == 3)
    #expect(lines.last ?? "" == "librdkafka \(librdkafkaVersion)")
    #expect(try run(framefeed, "topic", "create", "--version").text == told.text)
  }

  @Test(arguments: [
    (["streem"], "streem: no such command; did you mean stream?", "framefeed <command>"),
    (["stream", "x", "--fsp", "3"], "--fsp: no such option; did you mean --fps?", "framefeed stream "),
    (["sink", "--decoders", "65"], "--decoders 65: expected a whole number, 1...64", "framefeed sink "),
    (["topic", "create"], "expected <topic>: The topic's name.", "framefeed topic create "),
    (["stream", "x", "--resize", "1x1", "--fit", "m.json"], "--resize and --fit", "framefeed stream "),
    (["stream", "a.mp4", "b.mp4"], "a.mp4: a video; give one video at a time", "framefeed stream "),
    (
      ["stream", "samples/flight", "--resize", "99999x99999"],
      "--resize 99999x99999: frame size 99999x99999 is above the limit of 100000000 pixels",
      "framefeed stream "
    ),
    (["stream", "x", "--fps", "0x10"], "--fps 0x10: expected a number above 0", "framefeed stream "),
    (
      ["stream", "x", "--drain-timeout", "0x1p3"], "--drain-timeout 0x1p3: expected a number",
      "framefeed stream "
    ),
    (["stream", "x", "--seek", "0x10"], "--seek 0x10: expected seconds", "framefeed stream "),
    (["stream", "x", "--duration", "1:0x10"], "--duration 1:0x10: expected seconds", "framefeed stream "),
    (["stream", "x", "--frames", "0x10"], "--frames 0x10: expected a whole number", "framefeed stream "),
    (["stream", "x", "--resize", "0x10"], "--resize 0x10: expected WIDTHxHEIGHT", "framefeed stream "),
    (["sink", "--max-age", "0x10"], "--max-age 0x10: expected a number", "framefeed sink "),
    (["sink", "--max-age", "infinity"], "--max-age infinity: expected a number", "framefeed sink "),
    (["sink", "--results", "kafka:"], "--results kafka:: expected a file, or kafka:", "framefeed sink "),
    (
      ["sink", "--results", "kafka:a,b"], "--results kafka:a,b: expected a file, or kafka:", "framefeed sink "
    ),
    (["sink", "--dead-letter", "kafka:^a"], "--dead-letter kafka:^a: expected a dir", "framefeed sink "),
    (["sink", "--topic", "a", "--results", "kafka:a"], "--results kafka:a is the topic", "framefeed sink "),
    (
      ["sink", "--topic", "a", "--dead-letter", "kafka:a"], "--dead-letter kafka:a is the", "framefeed sink "
    ),
    (
      ["sink", "--results", "kafka:a", "--dead-letter", "kafka:a"],
      "--results and --dead-letter: both are kafka:a", "framefeed sink "
    ),
    (["sink", "-X", "no.such.thing=1"], "Kafka setting no.such.thing: No such conf", "framefeed sink "),
    (
      ["sink", "-X", "ssl.truststore.location=/a.jks"],
      "Kafka setting ssl.truststore.location: a setting of Java's clients; librdkafka's is ssl.ca.location",
      "framefeed sink "
    ),
    (
      ["stream", "x", "-X", "sasl.jaas.config=open-sesame"],
      "Kafka setting sasl.jaas.config: a setting of Java's",
      "framefeed stream "
    ),
    (
      ["topic", "create", "a", "--update", "--replication", "2"], "--replication: cannot be changed here",
      "framefeed topic create "
    ),
    (["topic", "create", "a", "--update"], "--update: say what to change", "framefeed topic create "),
    (["sink", "--topic", "a,b"], "--topic a,b: expected text, the name of one topic: ", "framefeed sink "),
    (["sink", "--topic", "^a.*"], "--topic ^a.*: expected text, the name of one", "framefeed sink "),
    (["sink", "--topic", ""], "--topic \"\": expected text, the name of one topic", "framefeed sink "),
    (["sink", "--topic", ".."], "--topic ..: expected text, the name of one", "framefeed sink "),
    (["stream", "x", "--topic", "a,b"], "--topic a,b: expected text, the name of", "framefeed stream "),
    (["topic", "create", "a b"], "<topic> a b: expected text, the name of one", "framefeed topic create "),
    (["topic", "lag", "^a"], "<topic> ^a: expected text, the name of one", "framefeed topic lag "),
    (["sink", "--partition", "-1"], "--partition -1: expected a whole number", "framefeed sink "),
    (["sink", "--partition", "1", "--partition", "1"], "--partition 1 is given twice", "framefeed sink "),
    (["sink", "--from", "20261124"], "--from 20261124: expected committed, beginning, ", "framefeed sink "),
    (["sink", "--from", "1795507200"], "--from 1795507200: expected committed, ", "framefeed sink "),
    (["sink", "--from", "20261124080000"], "--from 20261124080000: expected comm", "framefeed sink "),
    (["sink", "--from", "2026-11-24T08:00:00"], "--from 2026-11-24T08:00:00: expected", "framefeed sink "),
    (["sink", "-X", "group.id=g"], "Kafka setting group.id: leave it out: the group's", "framefeed sink "),
    (
      ["sink", "-X", "enable.auto.commit=false"], "Kafka setting enable.auto.commit: leave", "framefeed sink "
    ),
    (
      ["sink", "-X", "enable.auto.offset.store=true"], "Kafka setting enable.auto.offset.store: leave it",
      "framefeed sink "
    ),
    (
      ["sink", "-X", "enable.partition.eof=false"], "Kafka setting enable.partition.eof: leave it out",
      "framefeed sink "
    ),
    (
      ["sink", "-X", "transactional.id=t"], "Kafka setting transactional.id: leave it out", "framefeed sink "
    ),
    (
      ["stream", "x", "-X", "transactional.id=t"], "Kafka setting transactional.id: leave it out: frames are",
      "framefeed stream "
    ),
  ])
  func wrongUsageIsToldInTwoLinesAndRunsNothing(_ words: [String], _ says: String, _ usage: String) throws {
    let refused = try RunningCommand(framefeed, words).wait()
    let lines = refused.errors.split(separator: "\n")
    #expect(refused.code == 64 && refused.output.isEmpty && lines.count == 2, "\(refused.errors)")
    #expect(lines.first?.hasPrefix("framefeed: " + says) == true, "\(refused.errors)")
    #expect(!refused.errors.contains("sesame"))
    #expect(lines.last?.hasPrefix("usage: " + usage) == true, "\(refused.errors)")
  }

  /// A time is one instant, or it is refused.
  @Test func timesAreReadAsTheyAreMeant() {
    func time(_ text: String) -> Int64? {
      if case .time(let milliseconds)? = ReadingStart(argument: text) { milliseconds } else { nil }
    }
    #expect(time("2026-11-24T08:00:00Z") == 1_795_507_200_000 && time("1795507200000") == 1_795_507_200_000)
    #expect(time("2026-11-24T09:00:00+01:00") == 1_795_507_200_000)
    #expect(time("2026-11-24T02:30:00-0530") == 1_795_507_200_000)
    #expect(time("2026-11-24T08:00:00.25Z") == 1_795_507_200_250)
    #expect(time("1970-01-01T00:00:00Z") == 0 && time("9999-01-01T00:00:00Z") == 253_370_764_800_000)
    for text in [
      "2026-11-24T08:00:00", "2026-11-24", "2026-11-24T08:00:00Zulu", "2026-11-24T08:00:00 +01:00",
      "2026-11-24T08:00:00+1", "2026-11-24T08:00:00GMT", "1969-12-31T23:59:59.999Z", "20261124", "0", "-2",
      "1795507200", "1795507200000000", "20261124080000", "now",
    ] {
      #expect(ReadingStart(argument: text) == nil, "\(text)")
    }
  }

  @Test func whatWasTypedCannotSteerTheTerminal() throws {
    let refused = try run(framefeed, "\u{1B}[2Jstream\n")
    #expect(refused.code == 64 && !refused.errors.contains("\u{1B}"))
    #expect(refused.errors.split(separator: "\n").count == 2)
  }

  @Test(.enabled(if: isInstalled("mandoc"), "make deps installs mandoc"))
  func theManualHasNoFault() throws {
    let scratch = try Scratch(partitions: nil)
    let manual = try run(framefeed, "--manual")
    #expect(manual.code == 0)
    let page = scratch.file("framefeed.1")
    try Data(manual.output).write(to: URL(filePath: page))
    let lint = try run("mandoc", "-T", "lint", page)
    #expect(lint.code == 0 && lint.text.isEmpty, "\(lint.text)")
    // Each command's own options are in its section.
    for path in commandPaths where path[path.count - 1].shownSubcommands.isEmpty {
      let title = ".Sh " + arguments(path).joined(separator: " ").uppercased() + "\n"
      let begin = try #require(manual.text.range(of: title), "\(title)")
      let section = manual.text[begin.upperBound...].components(separatedBy: "\n.Sh ")[0]
      for option in path[path.count - 1].options where option.heading == nil {
        let name = option.shown.dropFirst().replacing("-", with: "\\-")
        #expect(section.contains("Fl \(name)"), "\(title) \(option.shown)")
      }
    }
    for part in [".Sh COMMON OPTIONS", ".Sh ENVIRONMENT", ".Sh EXIT STATUS", "Fl \\-broker", "Fl X"] {
      #expect(manual.text.contains(part), "\(part)")
    }
    if isInstalled("man") {
      #expect(try run("man", "--warnings", "-E", "UTF-8", "-Tutf8", "-Z", "-l", page).errors.isEmpty)
    }
  }

  @Test(arguments: ["--help", "--version", "--manual", "--completions=zsh", "models"])
  func whatCannotBeWrittenIsAFailure(_ word: String) throws {
    let full = try run("bash", "-c", "'\(framefeed)' \(word) >/dev/full")
    #expect(full.code == 1)
    #expect(full.errors.hasPrefix("framefeed: standard output cannot be written"), "\(full.errors)")
  }

  @Test func randomWordsNeverTrap() {
    let names = commandPaths.flatMap { path in
      path.map(\.name) + path[path.count - 1].options.flatMap(\.spellings)
    }
    let pieces =
      names + ["--", "-", "", "=", "3", "-1", "1e999", "--fps=", "-X", "-Xa=b", "kafka:", "640x480", "é"]
    // A fixed choice, so that a failure can be repeated.
    var state: UInt64 = 23
    func below(_ count: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % count
    }
    for _ in 0..<10_000 {
      let words = (0..<below(9)).map { _ in pieces[below(pieces.count)] }
      _ = try? FrameBenchProgram.commandLine.read(words)
    }
  }
}
