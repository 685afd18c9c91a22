import Glibc

/// The target that `FUZZ_TARGET` names; `main` and its arguments are libFuzzer's.
private let target: FuzzTarget.Run = {
  let name = getenv("FUZZ_TARGET").map { String(cString: $0) }
  guard let target = FuzzTarget.all[name ?? ""] else {
    print("FUZZ_TARGET names one of: \(FuzzTarget.all.keys.sorted().joined(separator: " "))")
    exit(64)
  }
  return target
}()

/// Called by libFuzzer, input after input, on one thread.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  target(UnsafeRawBufferPointer(start: bytes, count: count))
  return 0
}
