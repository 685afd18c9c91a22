/// The hosts, versions, settings and notes of several reports: one value where all reports agree, else all values.
struct Differences {
  let host: HostDescription
  let versions: [String: String]
  let settings: [String: String]
  /// The names of what differs.
  private(set) var notes: [String] = []
  /// The reports' notes: those common to all unchanged, the others with their file's name.
  let ownNotes: [String]

  init(_ files: [RunReport.Named]) {
    let reports = files.map(\.report)
    var hosts: [HostDescription] = []
    for host in reports.map(\.host) where !hosts.contains(host) { hosts.append(host) }
    host = HostDescription(
      cores: FrameCounts.sum(hosts.map(\.cores)) ?? 0, cpu: RunReport.list(hosts.map(\.cpu), separator: " | ")
    )
    versions = Self.merged(reports.map(\.versions), absent: nil)
    settings = Self.merged(reports.map(\.settings), absent: "default")
    if hosts.count > 1 {
      let each = files.map { "\($0.name) on \($0.report.host.cores) cores, \($0.report.host.cpu)" }
      notes.append("hosts differ: \(each.joined(separator: "; "))")
    }
    for (what, parts) in [("versions", reports.map(\.versions)), ("settings", reports.map(\.settings))] {
      let names = Set(parts.flatMap(\.keys)).filter { name in Set(parts.map { $0[name] }).count > 1 }
      if !names.isEmpty { notes.append("\(what) differ: \(names.sorted().joined(separator: ", "))") }
    }
    ownNotes = Self.notes(of: files)
  }

  /// Returns the values of each key: one if they are equal, else all, with `absent` for reports without the key.
  private static func merged(_ parts: [[String: String]], absent: String?) -> [String: String] {
    var merged: [String: String] = [:]
    for name in Set(parts.flatMap(\.keys)) {
      merged[name] = RunReport.list(parts.compactMap { $0[name] ?? absent }, separator: " | ")
    }
    return merged
  }

  private static func notes(of files: [RunReport.Named]) -> [String] {
    var counts: [String: Int] = [:]
    for note in files.flatMap({ Set($0.report.notes ?? []) }) { counts[note, default: 0] += 1 }
    var notes: [String] = []
    for file in files {
      for note in file.report.notes ?? [] {
        let text = counts[note] == files.count ? note : "\(file.name): \(note)"
        if !notes.contains(text) { notes.append(text) }
      }
    }
    return notes
  }
}
