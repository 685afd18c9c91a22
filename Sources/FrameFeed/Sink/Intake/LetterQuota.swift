/// How many dead letters one process puts into a directory: what is refused is hostile input, and a full disk would
/// stop the sink. A value; once it is used up it stays so.
struct LetterQuota: Sendable {
  /// Letters and their bytes, at most.
  static let standard = LetterQuota(letters: 100_000, bytes: 1 << 30)

  let letters: Int
  let bytes: Int
  private var used = (letters: 0, bytes: 0)
  private var isUsedUp = false

  init(letters: Int, bytes: Int) {
    self.letters = letters
    self.bytes = bytes
  }

  /// - Parameter bytes: of the next letter.
  /// - Returns: whether it is kept.
  mutating func takes(_ bytes: Int) -> Bool {
    isUsedUp = isUsedUp || used.letters >= letters || bytes > self.bytes - used.bytes
    guard !isUsedUp else { return false }
    used.letters += 1
    used.bytes += bytes
    return true
  }
}
