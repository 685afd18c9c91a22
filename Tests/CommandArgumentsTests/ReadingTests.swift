import CommandArguments
import Testing

@Suite struct ReadingTests {
  /// A fixed stream of numbers, so that a failure can be repeated.
  struct Random: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state ^ (state >> 29)
    }
  }

  @Test func defaultsAreThePropertiesInitialValues() throws {
    var wanted = Resize()
    wanted.target = "out"
    #expect(try resize("out") == wanted)
  }

  @Test func valuesComeBehindOrJoined() throws {
    #expect(try resize("out", "--width", "320").width == 320)
    #expect(try resize("out", "--width=320").width == 320)
    #expect(try resize("out", "-w", "320").width == 320)
    #expect(try resize("out", "-w320").width == 320)
    #expect(try resize("out", "-X", "a=b", "-Xc=d=e").logging.settings == ["a=b", "c=d=e"])
    #expect(try resize("out", "--tag=").tags == [""])
    #expect(try resize("out", "--tag=a=b").tags == ["a=b"])
    #expect(try resize("out", "--tag=--quiet").tags == ["--quiet"])
  }

  /// Names that other programs give an option, and switches that stand for one with a value.
  @Test func furtherNamesAreRead() throws {
    #expect(try resize("out", "--columns", "320").width == 320)
    #expect(try resize("out", "--breadth=320").width == 320)
    #expect(try resize("out", "--width", "1", "--columns", "2").width == 2)
    #expect(try resize("out", "--cropped").fit == .crop)
    #expect(try resize("out", "--cropped", "--fit", "stretch").fit == .stretch)
    #expect(refusal("resize", "out", "--cropped=1") == "--cropped: expected no value")
    #expect(refusal("resize", "out", "--columns") == "--width: expected a value, --width <px>")
    #expect(refusal("resize", "out", "--colums", "3") == "--colums: no such option; did you mean --columns?")
  }

  @Test func operandsAndOptionsComeInAnyOrder() throws {
    let read = try resize("--verbose", "out", "--fit", "crop", "a.jpg", "--quiet", "b.jpg")
    #expect(read.target == "out" && read.files == ["a.jpg", "b.jpg"])
    #expect(read.verbose && read.logging.quiet && read.fit == .crop)
  }

  @Test func ofARepeatedOptionTheLastOrEachCounts() throws {
    #expect(try resize("out", "--width", "1", "--width", "2").width == 2)
    #expect(try resize("out", "--tag", "a", "--tag", "b", "--tag", "a").tags == ["a", "b", "a"])
  }

  @Test func behindTwoDashesAllAreOperands() throws {
    #expect(try resize("out", "--", "--width", "-x", "--").files == ["--width", "-x", "--"])
    #expect(try resize("--", "--help").target == "--help")
  }

  @Test func aDashIsAFileAndNumbersAreValues() throws {
    #expect(try resize("-", "-").files == ["-"])
    #expect(try resize("out", "--offset", "-5").offset == -5)
    #expect(try resize("out", "--ratio", "-.5e1").ratio == -5)
    #expect(try resize("out", "-3").files == ["-3"])
    #expect(try resize("out", "--tag", "-").tags == ["-"])
    // What Swift would also read as a number.
    #expect(refusal("resize", "out", "--tag", "-inf") == "--tag: expected a value, --tag <tag>")
  }

  /// What is joined to an option that is not there may be a secret: only the name is said.
  @Test func whatIsJoinedToAnUnknownOptionIsNotRepeated() {
    #expect(refusal("resize", "--pasword=sesame") == "--pasword: no such option")
    #expect(refusal("-Xpassword=sesame", "resize") == "-X: no such option")
    #expect(refusal("album", "-Xpassword=sesame") == "-X: no such option")
    #expect(refusal("--help=sesame") == "--help: expected no value")
  }

  @Test func wrongValuesAreToldWithWhatIsAllowed() {
    #expect(refusal("resize", "out", "--width", "0") == "--width 0: expected a whole number, 1...4096")
    #expect(refusal("resize", "out", "--width", "wide") == "--width wide: expected a whole number, 1...4096")
    #expect(refusal("resize", "out", "-w", "9999") == "--width 9999: expected a whole number, 1...4096")
    #expect(refusal("resize", "out", "--offset", "x") == "--offset x: expected a whole number")
    #expect(refusal("resize", "out", "--ratio", "nan") == "--ratio nan: expected a number")
    #expect(
      refusal("resize", "out", "--fit", "letterbocks")
        == "--fit letterbocks: expected stretch, crop or letterbox; did you mean letterbox?")
    #expect(refusal("resize", "out", "--verbose=yes") == "--verbose: expected no value")
  }

  @Test func missingValuesAreTold() {
    #expect(refusal("resize", "out", "--width") == "--width: expected a value, --width <px>")
    // Not the name of a file.
    #expect(refusal("resize", "out", "--tag", "--quiet") == "--tag: expected a value, --tag <tag>")
    #expect(refusal("resize", "out", "-X") == "-X: expected a value, -X <key=value>")
    #expect(refusal("resize") == "expected <target>: Where results go.")
    #expect(refusal("album", "show", "a", "b") == "b: one argument too many")
  }

  @Test func unknownNamesAreAnsweredWithTheNearest() {
    #expect(refusal("resize", "out", "--wdith", "3") == "--wdith: no such option; did you mean --width?")
    #expect(refusal("resize", "out", "--verb") == "--verb: no such option; did you mean --verbose?")
    #expect(refusal("resize", "out", "--zzz") == "--zzz: no such option")
    #expect(refusal("resize", "out", "-z") == "-z: no such option")
    #expect(refusal("hlep") == "hlep: no such command; did you mean help?")
    #expect(refusal("album", "hlep") == "hlep: no such command; expected show")
    // One letter is like every other: nothing is likely meant.
    #expect(refusal("x") == "x: no such command; expected resize or album")
    #expect(refusal("") == "\"\": no such command; expected resize or album")
    #expect(refusal("rezise") == "rezise: no such command; did you mean resize?")
    #expect(refusal("album", "shwo") == "shwo: no such command; did you mean show?")
    // Hidden commands run, and are named nowhere.
    #expect(refusal("secert") == "secert: no such command; expected resize or album")
    #expect(refusal("secret") == nil)
    #expect(refusal("--hlep") == "--hlep: no such option; did you mean --help?")
  }

  @Test func helpAndVersionAreAnsweredWhateverElseIsWrong() throws {
    func path(_ words: String...) throws -> [String]? {
      if case .help(let path) = try pictures.read(words) { path.map(\.name) } else { nil }
    }
    #expect(try path() == ["pictures"])
    #expect(try path("album") == ["pictures", "album"])
    #expect(try path("help") == ["pictures"])
    #expect(try path("help", "album", "show") == ["pictures", "album", "show"])
    #expect(try path("resize", "--nonsense", "-h") == ["pictures", "resize"])
    #expect(try path("--help") == ["pictures"])
    #expect(refusal("help", "rezise") == "rezise: no such command; did you mean resize?")
    guard case .version = try pictures.read(["album", "--version"]) else {
      Issue.record("--version is no request for the version")
      return
    }
  }

  @Test func shellsAreNamed() throws {
    guard case .completions(.zsh) = try pictures.read(["--completions=zsh"]),
      case .completions(.bash) = try pictures.read(["--completions", "bash"]),
      case .manual = try pictures.read(["--manual"])
    else {
      Issue.record("no such request")
      return
    }
    #expect(refusal("--completions") == "--completions: expected a value, --completions <shell>")
    #expect(refusal("--completions", "bash", "x") == "x: one argument too many")
    #expect(refusal("--manuel") == "--manuel: no such option; did you mean --manual?")
    #expect(
      refusal("--completions", "ksh") == "--completions ksh: expected bash, zsh or fish; did you mean zsh?")
  }

  /// Whatever is typed is read or refused, by one line.
  @Test func randomWordsNeverTrap() {
    let pieces = [
      "resize", "album", "show", "secret", "help", "--", "-", "--width", "--width=", "-w", "-w3", "--tag",
      "--fit",
      "crop", "--ratio", "-1", "--verbose", "--completions", "--manual", "-X", "-Xa", "=", "--=", "--=x",
      "-=",
      "", " ", "é", "-é", "--é", "\u{0}", "\n", "9223372036854775808", "-9223372036854775809", "1e999",
      "-inf",
      String(repeating: "a", count: 5000), "--" + String(repeating: "b", count: 5000), "🙂", "-\u{301}",
    ]
    var random = Random(state: 17)
    var refused = 0
    for _ in 0..<20_000 {
      let words = (0..<Int.random(in: 0...6, using: &random)).map { _ in pieces.randomElement(using: &random)!
      }
      do throws(CommandLineTree.UsageError) { _ = try pictures.read(words) } catch {
        refused += 1
        #expect(!error.error.description.isEmpty && error.path.first?.name == "pictures")
      }
    }
    #expect(refused > 1000)
  }
}
