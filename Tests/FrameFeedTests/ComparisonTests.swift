import Foundation
import Testing

/// Whether the libraries of the REST peer in C are there, and what compiles it.
private let canBuildPeers =
  (try? run("pkg-config", "--exists", "libmicrohttpd", "libcurl").code) == 0
  && (try? run("cc", "--version").code) == 0

/// `framefeed compare` as users run it.
@Suite(.serialized, .enabled(if: broker != nil, "FRAMEFEED_BROKER names a broker; make test starts one"))
struct ComparisonTests {
  /// What is looked at in a report.
  private struct Report: Decodable {
    struct Series: Decodable {
      let latency: [String: Double]
      let produce: [String: Double]?
      let consume: [String: Double]?
      let each: [Double]?
    }
    struct Transport: Decodable {
      let name: String
      let kind: String
      let client: String
      let cold: Series
      let oneInFlight: Series?
      let paced: Series?
    }
    struct Skipped: Decodable {
      let name: String
      let reason: String
    }
    let schema: String
    let broker: String
    let payloads: Int
    let rows: [Transport]
    let skipped: [Skipped]
    let failed: [Skipped]
  }

  private func transports(_ arguments: String...) throws -> (Finished, Report?) {
    let done = try RunningCommand(
      framefeed, ["compare", "transports", "samples/flight", "--json", "--quiet"] + arguments
    ).wait()
    return (done, try? JSONDecoder().decode(Report.self, from: Data(done.output)))
  }

  @Test func everyTransportDeliversEveryByte() throws {
    let (done, found) = try transports("--sends", "30", "--frames", "3", "--fps", "60")
    #expect(done.code == 0, "\(done.errors)")
    let report = try #require(found)
    #expect(report.schema == "framefeed.compare-transports/1" && report.broker == broker)
    #expect(report.payloads == 3 && report.failed.isEmpty)
    // A peer that receives other bytes than were sent fails; so each of these has compared them all.
    let wanted = [
      "tcp socket": "socket", "tcp, file, tcp": "socket", "Python socket": "socket", "Flask REST": "http",
      "Flask REST, base64 in JSON": "http", "FrameFeed": "kafka", "FrameFeed, librdkafka defaults": "kafka",
      "confluent-kafka": "kafka", "aiokafka": "kafka", "kafka-python": "kafka",
      "kafka-python + crc32c": "kafka",
    ]
    for (name, kind) in wanted {
      let row = try #require(report.rows.first { $0.name == name }, "\(name) is missing")
      #expect(row.kind == kind && !row.client.isEmpty)
      #expect(row.cold.latency["count"] == 20 && row.cold.each?.count == 20)
      let warm = try #require(row.oneInFlight)
      #expect(warm.latency["count"] == 30)
      #expect((warm.produce != nil) == (kind == "kafka") && (warm.consume != nil) == (kind == "kafka"))
      #expect(row.paced == nil || row.paced?.latency["count"] == 60)
    }
    let medians = report.rows.compactMap { $0.oneInFlight?.latency["p50"] }
    #expect(medians == medians.sorted(), "fastest first")
    for skipped in report.skipped { #expect(!skipped.reason.isEmpty) }
  }

  /// The peers in C are built here, not installed: a test calls no apt-get.
  @Test(.enabled(if: canBuildPeers, "needs libmicrohttpd and libcurl; make peers installs them"))
  func peersInCDeliverEveryByte() throws {
    let programs = ["librdkafka-peer", "rest-peer"].map { "samples/peers/.build/" + $0 }
    let made = try RunningCommand("make", ["--old-file=peer-system"] + programs).wait()
    #expect(made.code == 0 && made.errors.isEmpty, "\(made.errors)")
    let (done, found) = try transports(
      "--only", "C REST", "--only", "librdkafka in C", "--sends", "30", "--frames", "3", "--fps", "60")
    #expect(done.code == 0, "\(done.errors)")
    let report = try #require(found)
    #expect(report.failed.isEmpty && report.skipped.isEmpty)
    #expect(Set(report.rows.map(\.name)) == ["C REST (libmicrohttpd, libcurl)", "librdkafka in C"])
    for row in report.rows {
      #expect(row.cold.latency["count"] == 20 && row.oneInFlight?.latency["count"] == 30)
      #expect(row.client.hasSuffix(" in C"))
    }
  }

  /// A peer that sends one wrong byte is found out, and the others are measured all the same.
  @Test func aWrongByteIsAFailure() throws {
    let scratch = try Scratch(partitions: nil)
    let peers = scratch.file("peers")
    try FileManager.default.copyItem(atPath: repository + "/samples/peers", toPath: peers)
    let program = try String(contentsOfFile: peers + "/socket_peer.py", encoding: .utf8)
    let bad = program.replacingOccurrences(
      of: "connection.sendall(payload)",
      with: "connection.sendall(payload if number != 7 else payload[:-1] + b'?')")
    #expect(bad != program)
    try bad.write(toFile: peers + "/socket_peer.py", atomically: true, encoding: .utf8)
    let (done, report) = try transports("--only", "socket", "--sends", "25", "--peers", peers)
    #expect(done.code == 1)
    #expect(report?.failed.map(\.name) == ["Python socket"])
    #expect(report?.failed.first?.reason.contains("payload 7: ") == true)
    #expect(Set(report?.rows.map(\.name) ?? []) == ["tcp socket", "tcp, file, tcp"])
  }

  /// A broker that dies in the middle ends the comparison with an error, and soon.
  @Test(arguments: ["FrameFeed", "confluent-kafka", "aiokafka", "kafka-python + crc32c"])
  func aDeadBrokerIsAnErrorAndNoHang(client: String) throws {
    let server = try LocalBroker()
    let comparing = try RunningCommand(
      framefeed,
      [
        "compare", "transports", "samples/flight", "--only", client, "--sends", "1000000", "--timeout", "3",
        "--broker", server.address,
      ])
    sleep(3)
    try server.kill()
    let done = try comparing.wait()
    #expect(done.code == 1)
    #expect(
      done.errors.contains("the broker at \(server.address) no longer answers"), "\(done.errors)")
  }

  @Test func aSettingThatMattersIsTold() throws {
    let done = try RunningCommand(
      framefeed,
      [
        "compare", "settings", "synthetic:64x64", "--setting", "linger.ms=60", "--setting", "client.id=x",
        "--rounds", "6", "--sends", "8", "--fps", "60", "--json", "--quiet",
      ]
    ).wait()
    #expect(done.code == 0, "\(done.errors)")
    struct Settings: Decodable {
      struct Load: Decodable {
        struct Ratio: Decodable {
          let median: Double
          let low: Double
          let high: Double
        }
        let ratio: Ratio
      }
      struct Row: Decodable {
        let setting: String
        let defaultValue: String?
        let oneInFlight: Load
      }
      let rows: [Row]
      let rounds: Int
    }
    let report = try JSONDecoder().decode(Settings.self, from: Data(done.output))
    #expect(report.rounds == 6)
    // 60 ms of waiting for company instead of 5, whatever the machine does beside.
    let linger = try #require(report.rows.first { $0.setting == "linger.ms" })
    #expect(linger.defaultValue == "5" && linger.oneInFlight.ratio.low > 1)
    let neutral = try #require(report.rows.first { $0.setting == "client.id" })
    #expect(neutral.oneInFlight.ratio.median < linger.oneInFlight.ratio.low)

    let unknown = try run(
      framefeed, "compare", "settings", "synthetic:8x8", "--setting", "linger=1", "--quiet")
    #expect(unknown.code == 1 && unknown.errors.contains("linger"))
  }

  /// Acceptance of the encodings: independent tools give as many bytes.
  @Test(.enabled(if: python != nil, "FRAMEFEED_PYTHON has Pillow"))
  func byteCountsAgreeWithOtherTools() throws {
    let codecs = [
      "jpeg", "raw", "raw+base64", "base64", "zstd:level=1,filter=none", "zstd:level=3,filter=none",
      "zstd:level=-1,filter=none", "jpeg:quality=80", "jpeg:quality=95,subsampling=444",
    ]
    let frame = "samples/flight/frame001.jpg"
    let done = try RunningCommand(
      framefeed,
      ["compare", "encodings", frame, "--rounds", "1", "--json"] + codecs.flatMap { ["--codec", $0] }
    ).wait()
    struct Encodings: Decodable {
      struct Row: Decodable {
        let codec: String
        let payloadBytes: Int
      }
      let rows: [Row]
    }
    let report = try JSONDecoder().decode(Encodings.self, from: Data(done.output))
    let script = """
      import base64, io, subprocess, sys
      from PIL import Image
      data = open(sys.argv[1], "rb").read()
      image = Image.open(io.BytesIO(data))
      pixels = image.tobytes()
      def tool(*command, input): return len(subprocess.run(command, input=input, stdout=subprocess.PIPE).stdout)
      def jpeg(quality, subsampling):
          out = io.BytesIO()
          # The opened image would hand its comment on.
          Image.frombytes("RGB", image.size, pixels).save(out, "JPEG", quality=quality, subsampling=subsampling)
          return len(out.getvalue())
      open(sys.argv[2], "wb").write(pixels)
      def zstd(level): return tool("zstd", level, "-c", "--single-thread", sys.argv[2], input=b"")
      print(len(data), len(pixels), tool("base64", "-w0", input=pixels), tool("base64", "-w0", input=data),
            zstd("-1"), zstd("-3"), zstd("--fast=1"), jpeg(80, 2), jpeg(95, 0))
      """
    let scratch = try Scratch(partitions: nil)
    let other = try run(python!, "-c", script, frame, scratch.file("pixels"))
    let counts = other.text.split(whereSeparator: \.isWhitespace).compactMap { Int($0) }
    #expect(counts.count == codecs.count, "\(other.errors)")
    for ((codec, row), count) in zip(zip(codecs, report.rows), counts) {
      // The zstd tool compresses a stream, FrameFeed a frame of known size: a few bytes of block borders.
      let tolerance = codec.hasPrefix("zstd") ? 32 : 0
      #expect(abs(row.payloadBytes - count) <= tolerance, "\(codec): \(row.payloadBytes), not \(count)")
    }
  }
}
