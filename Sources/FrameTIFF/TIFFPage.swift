import CTIFF

/// An error in a page, with libtiff's message or our own.
struct TIFFProblem: Error {
  let text: String
}

/// An open page of a file. The file's bytes must outlive it.
struct TIFFPage: ~Copyable {
  private let page: OpaquePointer
  let info: ff_tiff_info

  /// - Parameters:
  ///   - directory: its offset in the file; 0 for the first.
  ///   - mostMemory: most bytes that libtiff may allocate at a time.
  init(_ file: UnsafeRawBufferPointer, directory: Int, mostMemory: Int) throws(TIFFProblem) {
    (page, info) = try Self.opened(file, directory, mostMemory)
  }

  private static func opened(
    _ file: UnsafeRawBufferPointer, _ directory: Int, _ mostMemory: Int
  ) throws(TIFFProblem) -> (OpaquePointer, ff_tiff_info) {
    var info = ff_tiff_info()
    var page: OpaquePointer?
    let problem = message { text in
      page = ff_tiff_open(
        file.baseAddress?.assumingMemoryBound(to: UInt8.self), file.count, UInt64(directory), mostMemory,
        &info, text)
      return page == nil
    }
    guard let page else { throw TIFFProblem(text: problem ?? "") }
    return (page, info)
  }

  deinit { ff_tiff_close(page) }

  /// - Parameter target: receives all samples, tight.
  func read(into target: UnsafeMutableRawBufferPointer) throws(TIFFProblem) {
    let problem = Self.message { text in
      ff_tiff_read(page, target.baseAddress?.assumingMemoryBound(to: UInt8.self), text) != 0
    }
    if let problem { throw TIFFProblem(text: problem) }
  }

  /// - Parameter fails: fills the buffer and returns whether there is a message.
  private static func message(_ fails: (UnsafeMutablePointer<CChar>?) -> Bool) -> String? {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: ffTIFFMessage) { text in
      text.initialize(repeating: 0)
      guard fails(text.baseAddress), let start = text.baseAddress else { return nil }
      return String(cString: start)
    }
  }
}
