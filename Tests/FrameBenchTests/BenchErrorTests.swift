import FrameBench
import Testing

@Suite struct BenchErrorTests {
  /// A full disk and a port that is taken were wrong usage, exit code 64.
  @Test func whatFailsIsNoWrongUsage() {
    #expect(BenchError.option("--only: there is no such transport").isUsage)
    let failures: [BenchError] = [
      .failed("/tmp: payloads cannot be written"), .unreadable("a.json", "is no report"),
      .peer(name: "kcat", reason: "ended"), .stopped,
    ]
    #expect(failures.allSatisfy { !$0.isUsage })
    #expect("\(BenchError.failed("bind: Address already in use"))" == "bind: Address already in use")
  }

  @Test func payloadsThatCannotBeReadAreAFailure() {
    let error = #expect(throws: BenchError.self) {
      try SocketPeer.run(PeerOptions(role: .send, payloads: "/nowhere", address: "127.0.0.1:1", topic: nil))
    }
    #expect(error?.isUsage == false)
  }
}
