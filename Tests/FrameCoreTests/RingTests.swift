import Testing

@testable import FrameCore

@Suite struct RingTests {
  /// Counts how many of its kind are alive, so that a lost or doubled element shows.
  final class Census {
    var alive = 0
  }
  struct Token: ~Copyable {
    let number: Int
    let census: Census
    init(_ number: Int, _ census: Census) {
      self.number = number
      self.census = census
      census.alive += 1
    }
    deinit { census.alive -= 1 }
  }

  @Test(arguments: [1, 2, 3, 8]) func keepsOrderWhileItWraps(capacity: Int) {
    let census = Census()
    do {
      var ring = Ring<Token>(capacity: capacity)
      var (added, taken) = (0, 0)
      var random = SystemRandomNumberGenerator()
      for _ in 0..<2000 {
        if Bool.random(using: &random), !ring.isFull {
          ring.append(Token(added, census))
          added += 1
        } else if let token = ring.popFirst() {
          #expect(token.number == taken)
          taken += 1
        }
        let count = ring.count
        #expect(count == added - taken)
        #expect(census.alive == added - taken)
      }
    }
    #expect(census.alive == 0)  // deinit released what was left, wrapped or not
  }

  @Test func removeAllReleasesEverything() {
    let census = Census()
    var ring = Ring<Token>(capacity: 4)
    for number in 0..<3 { ring.append(Token(number, census)) }
    _ = ring.popFirst()
    ring.append(Token(3, census))
    ring.append(Token(4, census))
    ring.removeAll()
    let isEmpty = ring.isEmpty
    #expect(isEmpty && census.alive == 0)
    ring.append(Token(5, census))
    var number: Int?
    if let token = ring.popFirst() { number = token.number }
    #expect(number == 5)
  }
}
