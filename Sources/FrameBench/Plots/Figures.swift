import FrameLatency

extension EncodingReport {
  var figures: [Figure] {
    let bytes = BarFigure(
      title: "Payload of one frame, by encoding", unit: "share of the pixels' bytes, %", series: ["payload"],
      rows: rows.map { row in
        BarFigure.Row(
          name: row.codec, parts: [row.shareOfRaw * 100],
          label: "\((row.shareOfRaw * 100).fixed(1)) %  \(Quantity.text(Double(row.payloadBytes) / 1e3)) kB")
      }, isLogarithmic: true)
    let times = BarFigure(
      title: "Time to encode and to decode one frame (p50)", unit: "ms", series: ["encode", "decode"],
      rows: rows.filter { $0.codec != "json" }.map {
        BarFigure.Row(name: $0.codec, parts: [$0.encode.p50, $0.decode.p50])
      })
    var figures = [
      Figure(
        "encodings-bytes", bytes.title,
        "Bytes on the wire, as a share of the \(rawBytes) bytes of raw pixels.",
        bytes.drawing()),
      Figure(
        "encodings-times", times.title, "One thread; the JSON list is left out, as it needs seconds.",
        times.drawing()),
    ]
    let whole = rows.filter { $0.endToEnd != nil && $0.stages != nil }
    guard !whole.isEmpty else { return figures }
    let shown: [Stage] = [
      .encodeWait, .encode, .queue, .transport, .decodeWait, .decode, .batchWait, .infer,
    ]
    let stages = BarFigure(
      title: "Where one frame's time goes, by encoding (p50 of each stage)", unit: "ms",
      series: shown.map(\.rawValue),
      rows: whole.map { row in
        BarFigure.Row(name: row.codec, parts: shown.map { row.stages?[$0.rawValue]?.p50 ?? 0 })
      })
    figures.append(
      Figure(
        "encodings-stages", stages.title,
        "From capture through Kafka to a 224x224 tensor, one frame in flight.", stages.drawing()))
    return figures
  }
}

extension TransportReport {
  var figures: [Figure] {
    let warm = rows.compactMap { row in row.oneInFlight.map { (row: row, series: $0) } }
    guard !warm.isEmpty else { return [] }
    let size = "\(Quantity.text(Double(payloadBytes) / 1e6)) MB"
    func bars(_ entries: [(row: Row, series: Series)], _ title: String, logarithmic: Bool) -> BarFigure {
      BarFigure(
        title: title, unit: "ms", series: ["p50"],
        rows: entries.map { entry in
          let summary = entry.series.latency
          return BarFigure.Row(
            name: entry.row.name, parts: [summary.p50],
            label: "\(Quantity.text(summary.p50))  (p99 \(Quantity.text(summary.p99)))", whisker: summary.p99)
        }, isLogarithmic: logarithmic, whiskerName: "to p99")
    }
    let all = bars(warm, "All transports: \(size) from send to received, one in flight", logarithmic: true)
    let top = bars(
      Array(warm.prefix(3)), "The three fastest: \(size) from send to received", logarithmic: false)
    let curves = LineFigure(
      title: "Latency percentiles, one in flight, warm", horizontal: .percentile(count: most(warm)),
      xUnit: "share of sends", yUnit: "ms", series: warm.map(Self.curve))
    let time = LineFigure(
      title: "Latency over time, one in flight, warm", horizontal: .linear, xUnit: "send", yUnit: "ms",
      series: warm.map { entry in
        LineFigure.Series(
          name: entry.row.name, points: entry.series.each.enumerated().map { (Double($0), $1) },
          value: entry.series.latency.p50)
      }, isDotted: true)
    var figures = [
      Figure("transports-all", all.title, "Medians, and up to the 99th percentile.", all.drawing()),
      Figure("transports-top", top.title, "The same, of the fastest.", top.drawing()),
      Figure(
        "transports-percentiles", curves.title,
        "Each send counts; what lies right of 99 % is one in a hundred.",
        curves.drawing()),
      Figure("transports-time", time.title, "Each dot is one send.", time.drawing()),
    ]
    if let parts = kafkaParts(warm) { figures.insert(parts, at: 2) }
    return figures
  }

  private func kafkaParts(_ warm: [(row: Row, series: Series)]) -> Figure? {
    let kafka = warm.compactMap { entry in
      entry.series.produce.flatMap { produce in
        entry.series.consume.map { (name: entry.row.name, parts: [produce.p50, $0.p50]) }
      }
    }
    let sums = kafka.map { $0.parts[0] + $0.parts[1] }.sorted()
    guard !sums.isEmpty else { return nil }
    // One that takes many times as long would make the others too short to compare.
    let limit = 10 * sums[sums.count / 2]
    let shown = kafka.filter { $0.parts[0] + $0.parts[1] <= limit }
    let others = kafka.filter { $0.parts[0] + $0.parts[1] > limit }.map { entry in
      " Not shown: \(entry.name), \(Quantity.text(entry.parts[0])) and \(Quantity.text(entry.parts[1])) ms."
    }
    let bars = BarFigure(
      title: "Kafka: produce against consume (p50 of each)", unit: "ms", series: ["produce", "consume"],
      rows: shown.map { BarFigure.Row(name: $0.name, parts: $0.parts) })
    return Figure(
      "transports-parts", bars.title,
      "Until the broker acknowledged, and from then until the receiver had it." + others.joined(),
      bars.drawing())
  }

  private func most(_ entries: [(row: Row, series: Series)]) -> Int {
    entries.map(\.series.each.count).max() ?? 1
  }

  /// Plots each value against the share of values up to it.
  private static func curve(_ entry: (row: Row, series: Series)) -> LineFigure.Series {
    let sorted = entry.series.each.sorted()
    let points = sorted.enumerated().map { at, value in
      (x: 100 * (Double(at) + 0.5) / Double(sorted.count), y: value)
    }
    return LineFigure.Series(name: entry.row.name, points: points, value: entry.series.latency.p50)
  }
}

extension SettingsReport {
  var figures: [Figure] {
    let groups: [String?] = baselines.map { $0.map(\.name) } ?? [nil]
    return groups.enumerated().map { number, group in
      figure(rows.filter { group == nil || $0.baseline == group }, group, number)
    }
  }

  private func figure(_ rows: [Row], _ group: String?, _ number: Int) -> Figure {
    let ranges = RangeFigure(
      title: group.map { "Latency under one changed setting of the broker: \($0)" }
        ?? "Latency under one changed setting, as a multiple of librdkafka's defaults",
      unit: "median latency, times that of the defaults (1: no difference)",
      series: ["one in flight", "at \(fps.fixed(0)) a second"],
      rows: rows.map { row in
        RangeFigure.Row(
          name: row.value.isEmpty ? row.setting : "\(row.setting)=\(row.value)",
          ranges: [row.oneInFlight.ratio, row.paced.ratio])
      })
    let confidence = ((rows.first?.oneInFlight.ratio.confidence ?? 0) * 100).fixed(1)
    let name = side == .broker ? "settings-broker" : "settings"
    return Figure(
      number == 0 ? name : "\(name)-lot\(number + 1)", ranges.title,
      "Lines hold the true median with \(confidence) %.",
      ranges.drawing())
  }
}

extension RunReport {
  var figures: [Figure] {
    let present = Stage.allCases.compactMap { stage in stages[stage.rawValue].map { (stage, $0) } }
    guard !present.isEmpty else { return [] }
    let bars = BarFigure(
      title: "Where the time goes: each stage", unit: "ms", series: ["p50"],
      rows: present.map { stage, summary in
        BarFigure.Row(
          name: stage.rawValue, parts: [summary.p50],
          label: "\(Quantity.text(summary.p50))  (p99 \(Quantity.text(summary.p99)))", whisker: summary.p99)
      }, whiskerName: "to p99")
    let curves = LineFigure(
      title: "Latency percentiles of each stage",
      horizontal: .percentile(count: present.map(\.1.count).max() ?? 1), xUnit: "share of frames",
      yUnit: "ms",
      series: present.map { stage, summary in
        // The percentiles in the report.
        let known = [(50.0, summary.p50), (90, summary.p90), (99, summary.p99), (99.9, summary.p999)]
        let highest = 100 * (1 - 0.5 / Double(max(summary.count, 2)))
        let points = known.filter { $0.0 < highest } + [(highest, summary.max)]
        return LineFigure.Series(
          name: stage.rawValue, points: [(0, summary.min)] + points.map { (x: $0.0, y: $0.1) },
          value: summary.p50)
      })
    return [
      Figure("run-stages", bars.title, "Medians, and up to the 99th percentile.", bars.drawing()),
      Figure(
        "run-percentiles", curves.title, "Straight lines join the percentiles of the report.",
        curves.drawing()),
    ]
  }
}
