/// Breaks text into lines of a width.
enum Wrapping {
  /// Breaks a text between words; a longer word gets a line of its own.
  static func wrap(_ text: String, width: Int) -> [String] {
    var lines: [String] = []
    var line = ""
    for word in text.split(whereSeparator: \.isWhitespace) {
      if !line.isEmpty, line.count + 1 + word.count > width {
        lines.append(line)
        line = ""
      }
      line += line.isEmpty ? String(word) : " \(word)"
    }
    return line.isEmpty ? lines : lines + [line]
  }

  /// Wraps each paragraph; lines that begin with a space are not wrapped.
  static func paragraphs(_ text: String, width: Int) -> [String] {
    blocks(text).flatMap { block -> [String] in
      switch block {
      case .empty: [""]
      case .prose(let text): wrap(text, width: width)
      case .verbatim(let lines): lines
      }
    }
  }

  enum Block {
    case empty
    case prose(String)
    case verbatim([String])
  }

  /// Returns the parts of a text: paragraphs, lines that are not wrapped, and empty lines between them.
  static func blocks(_ text: String) -> [Block] {
    var blocks: [Block] = []
    for line in text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
      switch (blocks.last, line) {
      case (_, ""): blocks.append(.empty)
      case (.verbatim(let lines), _) where line.hasPrefix(" "):
        blocks[blocks.count - 1] = .verbatim(lines + [line])
      case (_, _) where line.hasPrefix(" "): blocks.append(.verbatim([line]))
      case (.prose(let text), _): blocks[blocks.count - 1] = .prose(text + " " + line)
      default: blocks.append(.prose(line))
      }
    }
    return blocks
  }
}
