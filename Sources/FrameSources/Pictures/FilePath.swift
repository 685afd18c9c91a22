import FrameCore
import Glibc

/// A path in the form of the system: bytes, which need not be UTF-8.
struct FilePath: Sendable, Equatable {
  /// The path for messages: bytes that are not UTF-8, and control characters, as `\xE9`.
  let shown: String
  /// The path with a zero at the end; `nil` when `shown` is the path.
  private let bytes: [UInt8]?

  /// - Parameter path: in the form of ``PathText``.
  init(_ path: String) {
    shown = PathText.shown(path)
    bytes = PathText.isEscaped(path) ? PathText.bytes(path) + [0] : nil
  }

  init(bytes path: [UInt8]) {
    var shown = ""
    var isText = true
    var decoder = UTF8()
    var iterator = path.makeIterator()
    var at = 0
    reading: while true {
      switch decoder.decode(&iterator) {
      case .scalarValue(let scalar):
        let count = UTF8.width(scalar)
        if scalar.value < 0x20 || scalar.value == 0x7F {
          Self.escape(path[at..<at + count], &shown)
          isText = false
        } else {
          shown.unicodeScalars.append(scalar)
        }
        at += count
      case .emptyInput: break reading
      case .error:
        // The decoder has read one byte or more: continue after the first.
        Self.escape(path[at...at], &shown)
        isText = false
        at += 1
        decoder = UTF8()
        iterator = path[at...].map { $0 }.makeIterator()
      }
    }
    self.shown = shown
    bytes = isText ? nil : path + [0]
  }

  private static func escape(_ bytes: ArraySlice<UInt8>, _ shown: inout String) {
    for byte in bytes {
      let digits = String(byte, radix: 16, uppercase: true)
      shown += "\\x" + (digits.utf8.count < 2 ? "0" : "") + digits
    }
  }

  /// Whether the system grants `R_OK`, `W_OK` or `X_OK`, or, for `F_OK`, whether the path exists.
  func allows(_ mode: Int32) -> Bool { withCString { access($0, mode) } == 0 }

  /// Whether a directory is there, or a link to one.
  var isDirectory: Bool {
    var status = stat()
    return withCString { stat($0, &status) } == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// Calls `body` with the path as a C string. Copies nothing to the heap, because every frame needs it.
  func withCString<Result>(_ body: (UnsafePointer<CChar>) -> Result) -> Result {
    guard let bytes else { return shown.withCString(body) }
    return bytes.withUnsafeBufferPointer { buffer in
      buffer.withMemoryRebound(to: CChar.self) { characters in
        // Never empty: it ends in a zero.
        characters.baseAddress.map(body) ?? "".withCString(body)
      }
    }
  }
}
