import Glibc

/// The properties of the terminal on standard output.
enum Terminal {
  /// The columns, or 80 if unknown.
  static var width: Int {
    if let columns = Int(variable("COLUMNS")) { return columns }
    var size = winsize()
    guard ioctl(1, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }

  /// Whether to write bold and dim: on a terminal that supports them, unless the user wants none (no-color.org).
  static var isStyled: Bool {
    isatty(1) == 1 && variable("NO_COLOR").isEmpty && !["", "dumb"].contains(variable("TERM"))
  }

  private static func variable(_ name: String) -> String {
    getenv(name).map { String(cString: $0) } ?? ""
  }
}
