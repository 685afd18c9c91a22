import Foundation
import Testing

/// Records that no source of FrameFeed sends just so.
extension TopicCase {
  /// Records as FrameFeed writes them, from hand-written steps: `FEED RUN PARTITION FIRST COUNT` for frames,
  /// `FEED RUN PARTITION end COUNT`, `jpeg KEY PARTITION COUNT` for pictures of another tool, `text WORD PARTITION`,
  /// `sleep SECONDS`, `await FILE`, and `begin`, `commit`, `abort` for transactions.
  func startWriting(_ steps: [String]) throws -> RunningCommand {
    try start(try #require(python), ["-c", Self.writer, address, topic] + steps)
  }

  func write(_ steps: String...) throws {
    let ended = try startWriting(steps).wait()
    #expect(ended.code == 0, "\(ended.errors)")
  }

  private static let writer = """
    import io, os, sys, time
    from confluent_kafka import Producer
    settings = {"bootstrap.servers": sys.argv[1], "linger.ms": 1}
    topic, steps = sys.argv[2], [step.split() for step in sys.argv[3:]]
    if ["begin"] in steps:
        settings["transactional.id"] = topic
    producer = Producer(settings)
    if ["begin"] in steps:
        producer.init_transactions()
    def frame(feed, run, partition, sequence):
        now = str(time.time_ns())
        headers = {"frame-format-version": "1", "frame-run": run, "frame-sequence": str(sequence), "frame-width": "16",
                   "frame-height": "8", "frame-pixel-format": "rgb8", "content-type": "application/octet-stream",
                   "frame-scheduled-ns": now, "frame-captured-ns": now, "frame-encoded-ns": now, "frame-sent-ns": now,
                   "frame-clock": "another"}
        producer.produce(topic, bytes([sequence % 256]) * 384, feed, int(partition), headers=headers)
    for step in steps:
        match step:
            case ["begin"]: producer.begin_transaction()
            case ["commit"]: producer.commit_transaction()
            case ["abort"]: producer.abort_transaction()
            case ["sleep", seconds]: producer.flush(); time.sleep(float(seconds))
            case ["await", file]:
                producer.flush()
                while not os.path.exists(file):
                    time.sleep(0.05)
            case ["text", word, partition]: producer.produce(topic, word, "text", int(partition))
            case ["jpeg", key, partition, count]:
                from PIL import Image
                for number in range(int(count)):
                    file = io.BytesIO()
                    Image.new("RGB", (32, 24), (number * 7 % 256, time.time_ns() % 256, 9)).save(file, "JPEG")
                    producer.produce(topic, file.getvalue(), key, int(partition))
            case [feed, run, partition, "end", count]:
                headers = {"frame-format-version": "1", "frame-run": run, "frame-end": count}
                producer.produce(topic, b"", feed, int(partition), headers=headers)
            case [feed, run, partition, first, count]:
                for sequence in range(int(first), int(first) + int(count)):
                    frame(feed, run, partition, sequence)
        producer.poll(0)
    producer.flush()
    """
}
