import CTIFF

/// What is wrong with a page, in libtiff's words or ours.
struct TIFFProblem: Error {
  let text: String
}

/// Owns an open page of a file whose bytes outlive it.
struct TIFFPage: ~Copyable {
  private let page: OpaquePointer
  let info: ff_tiff_info

  /// - Parameters:
  ///   - directory: where it lies in the file; 0 for the first.
  ///   - mostMemory: that libtiff may take at a time, bytes.
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

  /// - Parameter target: all samples, tight.
  func read(into target: UnsafeMutableRawBufferPointer) throws(TIFFProblem) {
    let problem = Self.message { text in
      ff_tiff_read(page, target.baseAddress?.assumingMemoryBound(to: UInt8.self), text) != 0
    }
    if let problem { throw TIFFProblem(text: problem) }
  }

  /// - Parameter fails: whether there is a message.
  private static func message(_ fails: (UnsafeMutablePointer<CChar>?) -> Bool) -> String? {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: ffTIFFMessage) { text in
      text.initialize(repeating: 0)
      guard fails(text.baseAddress), let start = text.baseAddress else { return nil }
      return String(cString: start)
    }
  }
}
