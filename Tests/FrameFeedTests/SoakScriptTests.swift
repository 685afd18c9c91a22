import Testing

/// The scripts of `make soak` that need no broker.
@Suite(.enabled(if: python != nil, "FRAMEFEED_PYTHON names a Python with kafka-python"))
struct SoakScriptTests {
  /// Which producer wrote a record, by the files of a broker.
  @Test func writersAreReadFromSegments() throws {
    let ended = try RunningCommand(try #require(python), ["scripts/soak_segments_test.py"]).wait()
    #expect(ended.code == 0, "\(ended.errors)")
    #expect(ended.errors.contains("OK"), "\(ended.errors)")
  }
}
