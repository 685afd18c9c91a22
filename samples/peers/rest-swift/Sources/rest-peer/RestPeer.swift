import Foundation
import Hummingbird
import Logging
import NIOCore

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

/// REST as a Swift user would write it: Hummingbird answers, URLSession asks. See samples/peers/README.md.
@main
struct RestPeer {
  let payloads: [Data]

  static func main() async {
    let arguments = CommandLine.arguments
    func value(_ name: String) -> String? {
      arguments.firstIndex(of: name).flatMap { $0 + 1 < arguments.count ? arguments[$0 + 1] : nil }
    }
    do {
      guard arguments.count > 1, let directory = value("--payloads") else {
        throw Failure("usage: rest-peer send|receive --payloads DIR [--address HOST:PORT]")
      }
      let names = try FileManager.default.contentsOfDirectory(atPath: directory).sorted()
      let peer = RestPeer(
        payloads: try names.map { try Data(contentsOf: URL(fileURLWithPath: directory + "/" + $0)) })
      if arguments[1] == "send" {
        try await peer.send(to: value("--address") ?? "")
      } else {
        try await peer.receive()
      }
    } catch {
      fail("\(error)")
    }
  }

  private func receive() async throws {
    let counter = Counter()
    let router = Router()
    router.post("/frame") { request, _ in
      // The receiver's largest payload, with a margin.
      let body = try await request.body.collect(upTo: 1 << 30)
      let now = monotonic()
      let number = await counter.next()
      let same = body.readableBytesView.elementsEqual(payloads[number % payloads.count])
      guard same else { fail("payload \(number): \(body.readableBytes) bytes that are not those sent") }
      say("received \(number) \(now)")
      return HTTPResponse.Status.noContent
    }
    let app = Application(
      router: router,
      configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0)),
      onServerRunning: { channel in
        say("ready 127.0.0.1:\(channel.localAddress?.port ?? 0) Hummingbird 2")
      }, logger: Logger(label: "rest-peer") { _ in SwiftLogNoOpLogHandler() })
    Thread.detachNewThread {
      while readLine() != nil {}
      exit(0)
    }
    try await app.run()
  }

  private func send(to address: String) async throws {
    guard let url = URL(string: "http://\(address)/frame") else { throw Failure("\(address): no address") }
    let session = URLSession(configuration: .ephemeral)
    say("ready - URLSession")
    while let line = readLine() {
      let words = line.split(separator: " ")
      guard words.count > 1, let first = Int(words[1]) else { continue }
      if words.count == 4, let count = Int(words[2]), let fps = Double(words[3]) {
        let begin = monotonic()
        for at in 0..<count {
          let due = begin + Int64(Double(at) * 1e9 / fps)
          let left = due - monotonic()
          if left > 0 { try await Task.sleep(for: .nanoseconds(left), tolerance: .zero) }
          try await post(first + at, due, url, session)
        }
      } else {
        try await post(first, monotonic(), url, session)
      }
    }
  }

  private func post(_ number: Int, _ start: Int64, _ url: URL, _ session: URLSession) async throws {
    var request = URLRequest(url: url)
    request.httpMethod = "POST"
    let (_, response) = try await session.upload(for: request, from: payloads[number % payloads.count])
    guard (response as? HTTPURLResponse)?.statusCode == 204 else { throw Failure("answered by \(response)") }
    say("sent \(number) \(start) \(monotonic())")
  }
}

private struct Failure: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}

private actor Counter {
  private var count = 0
  func next() -> Int {
    defer { count += 1 }
    return count
  }
}

private func monotonic() -> Int64 {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
}

private func say(_ line: String) {
  FileHandle.standardOutput.write(Data((line + "\n").utf8))
}

private func fail(_ why: String) -> Never {
  FileHandle.standardError.write(Data((why + "\n").utf8))
  exit(1)
}
