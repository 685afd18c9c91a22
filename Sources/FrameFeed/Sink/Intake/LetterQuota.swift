/// The limit on the dead letters that one process writes to a directory: rejected records are hostile input, and a full
/// disk would stop the sink. A value type; once used up, it stays used up.
struct LetterQuota: Sendable {
  /// The most letters and the most bytes of them.
  static let standard = LetterQuota(letters: 100_000, bytes: 1 << 30)

  let letters: Int
  let bytes: Int
  private var used = (letters: 0, bytes: 0)
  private var isUsedUp = false

  init(letters: Int, bytes: Int) {
    self.letters = letters
    self.bytes = bytes
  }

  /// - Parameter bytes: the size of the next letter.
  /// - Returns: whether the letter may be kept.
  mutating func reserve(_ bytes: Int) -> Bool {
    isUsedUp = isUsedUp || used.letters >= letters || bytes > self.bytes - used.bytes
    guard !isUsedUp else { return false }
    used.letters += 1
    used.bytes += bytes
    return true
  }
}
