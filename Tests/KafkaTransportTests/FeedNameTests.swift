import Testing

@testable import KafkaTransport

/// A key names one feed, and two keys never the same.
@Suite struct FeedNameTests {
  private func feed(_ key: [UInt8]) -> String {
    var reader = RecordReader(topic: "frames")
    return key.withUnsafeBytes { reader.feed(of: $0) }
  }

  @Test func textIsShownAsItIs() {
    for key in ["drone-1", "Flügel/ß", "日本", "hex", "HEX:00", "a\nb", String(repeating: "k", count: 1024)] {
      #expect(feed(Array(key.utf8)) == key)
    }
    #expect(feed([]) == "frames")
  }

  @Test func otherKeysAreShownInHex() {
    // Java integers.
    #expect(feed([0, 0, 0, 200]) == "hex:000000c8" && feed([0, 0, 0, 201]) == "hex:000000c9")
    #expect(feed([0xFF]) == "hex:ff" && feed([0xED, 0xA0, 0x80]) == "hex:eda080")
    // What looks like one of those names has another.
    #expect(feed(Array("hex:ff".utf8)) == "hex:6865783a6666")
    #expect(feed(Array("hex:".utf8)) == "hex:6865783a")
    // Equal to Swift's strings, and two keys.
    let (composed, apart) = (feed(Array("caf\u{E9}".utf8)), feed(Array("cafe\u{301}".utf8)))
    #expect(composed == "café" && apart == "hex:63616665cc81" && composed != apart)
  }

  @Test func longKeysStayApart() {
    let same = String(repeating: "k", count: 1024)
    var names: Set<String> = [same]
    let (one, other) = (feed(Array((same + "1").utf8)), feed(Array((same + "2").utf8)))
    for name in [one, other] {
      #expect(name.hasPrefix(same + "…") && name.utf8.count == 1024 + 3 + 16)
      names.insert(name)
    }
    // A key that is what another's name looks like.
    names.insert(feed(Array(one.utf8)))
    // Cut between characters, and no longer text at its very end.
    let wide = Array(String(repeating: "ü", count: 512).utf8.dropLast()) + Array("x".utf8)
    names.insert(feed([0x61] + Array(String(repeating: "ü", count: 600).utf8)))
    names.insert(feed(wide + [0xFF]))
    names.insert(feed(Array(same.utf8) + [0xFF]))
    names.insert(feed(Array(same.utf8) + [0xFE]))
    #expect(names.count == 8)
    // FNV-1a's published values: the same in every process.
    func hash(_ text: String) -> UInt64 { Array(text.utf8).withUnsafeBytes { FeedName.hash($0) } }
    #expect(hash("") == 0xcbf2_9ce4_8422_2325)
    #expect(hash("a") == 0xaf63_dc4c_8601_ec8c && hash("foobar") == 0x8594_4171_f739_67e8)
  }

  /// So many that several hundred feeds have room, each found again where it lies.
  @Test func manyFeedsAreMadeOnce() {
    var texts = RepeatedTexts()
    var made = 0
    func meetAll(_ count: Int) {
      for number in 0..<count {
        let key = Array("feed number \(number)".utf8)
        let text = key.withUnsafeBytes {
          texts.text($0) {
            made += 1
            return FeedName.text($0)
          }
        }
        #expect(text == "feed number \(number)")
      }
    }
    for _ in 0..<3 { meetAll(RepeatedTexts.capacity) }
    #expect(made == RepeatedTexts.capacity)
    meetAll(RepeatedTexts.capacity + 1)
    #expect(made > RepeatedTexts.capacity)
  }

  /// A steady feed allocates nothing: the text it gets is the one it got before.
  @Test func aNameComesFromWhereItLay() {
    var reader = RecordReader(topic: "frames")
    for key in [Array("a feed of more than fifteen bytes".utf8), Array(repeating: 0xFF, count: 5000)] {
      var places: Set<UnsafeRawPointer> = []
      var kept: [String] = []
      for _ in 0..<3 {
        var name = key.withUnsafeBytes { reader.feed(of: $0) }
        _ = name.withUTF8 { places.insert(UnsafeRawPointer($0.baseAddress!)) }
        kept.append(name)
      }
      #expect(places.count == 1 && kept.count == 3)
    }
  }
}
