import Testing

@testable import CommandArguments

@Suite struct HelpTests {
  private let path = [pictures.root, pictures.root.subcommands[0]]

  @Test func sayWhatADeclarationHolds() {
    let text = HelpPage().text(path)
    #expect(
      text == """
        Make pictures smaller.

        Usage: pictures resize [options] <target> [<file> ...]

        First paragraph. Goes on.

          verbatim  line

        Arguments:
          <target>                  Where results go.
          <file> ...                Pictures to read: it's [all] of them.

        Options:
          -w, --width <px>          Width of the result.
                                    (1...4096, default: 640; also --columns, --breadth)
          --ratio <ratio>           How much smaller.
          --offset <offset>         Pixels to the right, or to the left below 0.
                                    (default: 0)
          --fit <fit>               What becomes of the sides.
                                    (stretch, crop, letterbox; default: stretch; also
                                    --cropped for --fit crop)
          --tag <tag>               A word to keep with the result; repeatable.
          --verbose                 Say more.

        Logging:
          --quiet                   No progress.
          -X <key=value>            Any setting; repeatable.

        Help:
          --version                 Show the version.
          -h, --help                Show help.

        Examples:
          pictures resize a.jpg --width 320
        """)
  }

  /// But for lines that stay as they are, and names.
  @Test(arguments: [1, 60, 72, 80, 100, 1000]) func noLineIsWiderThanTheTerminal(width: Int) {
    let longest = HelpPage(width: width).text(path).split(separator: "\n").map(\.count).max()!
    #expect(longest <= min(max(width, 60), 100))
  }

  @Test func onlyATerminalGetsEscapeSequences() {
    #expect(!HelpPage().text(path).contains("\u{1B}"))
    let styled = HelpPage(isStyled: true).text(path)
    #expect(styled.contains("\u{1B}[1mOptions:\u{1B}[0m"))
  }

  @Test func hiddenCommandsAreNotShown() {
    #expect(!HelpPage().text([pictures.root]).contains("secret"))
    for shell in Shell.allCases {
      #expect(!CompletionScript(pictures).text(for: shell).contains("secret"), "\(shell)")
    }
    #expect(!ManualPage(pictures, date: "May 1, 2026").text.contains("secret"))
  }

  @Test func wrappingKeepsEveryWord() {
    let text = "a bb ccc dddd eeeee " + String(repeating: "x", count: 30) + " f"
    for width in 1...40 {
      let lines = Wrapping.wrap(text, width: width)
      #expect(lines.joined(separator: " ") == text)
      #expect(lines.allSatisfy { $0.count <= width || !$0.contains(" ") })
    }
  }
}
