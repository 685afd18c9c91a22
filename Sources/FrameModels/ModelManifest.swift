public import FrameTensors

/// Where a model runs.
public struct ModelRuntime: Sendable, Equatable {
  public enum Kind: String, Sendable, CaseIterable {
    /// Part of this program.
    case builtin
    /// A shared library, a child process, an inference server. Not available yet: their keys are not checked.
    case library, process, http
  }

  public var kind: Kind
  /// The name of a builtin model; `nil` means the manifest's name.
  public var model: String?
  /// The time that the builtin `null` takes per batch, ms, to test how a feed copes with a slow model.
  public var delayMilliseconds = 0
  /// The most batches in flight at the model: more than one for a model that answers later, such as a server's.
  public var maximumInFlight = 1

  public init(kind: Kind, model: String? = nil) {
    self.kind = kind
    self.model = model
  }
}

/// A model's name, runtime and input tensor: `models/NAME.json`.
public struct ModelManifest: Sendable, Equatable {
  public var name: String
  public var runtime: ModelRuntime
  public var input: TensorSpec

  public init(name: String, runtime: ModelRuntime, input: TensorSpec) {
    self.name = name
    self.runtime = runtime
    self.input = input
  }

  /// Reads and checks a manifest file.
  public static func load(_ path: String) throws(ModelError) -> ModelManifest {
    try parse(try ManifestFile.read(path), file: path)
  }

  /// Parses and checks a manifest.
  /// - Parameters:
  ///   - bytes: the JSON text, UTF-8.
  ///   - file: the file name in error messages.
  public static func parse(_ bytes: [UInt8], file: String) throws(ModelError) -> ModelManifest {
    guard let value = JSONValue.parse(bytes) else {
      throw .invalidManifest(file: file, problem: "not valid JSON; a manifest is one JSON object")
    }
    let top = try ManifestReader(value, file: file)
    try top.allowOnly(["name", "runtime", "input"])
    guard let name = try top.string("name") else {
      throw top.failure("name", "is missing; it must be a string")
    }
    return ModelManifest(
      name: name, runtime: try ModelRuntime(top.object("runtime")), input: try TensorSpec(top.object("input"))
    )
  }
}

extension ModelRuntime {
  init(_ reader: ManifestReader) throws(ModelError) {
    guard let kind: Kind = try reader.choice("kind") else {
      let names = Kind.allCases.map(\.rawValue).joined(separator: ", ")
      throw reader.failure("kind", "is missing; it must be one of: \(names)")
    }
    self.kind = kind
    guard kind == .builtin else { return }
    try reader.allowOnly(["kind", "model", "delayMs", "maxInFlight"])
    maximumInFlight = try reader.integer("maxInFlight", in: 1...64) ?? 1
    delayMilliseconds = try reader.integer("delayMs", in: 0...60_000) ?? 0
    model = try reader.string("model")
  }
}

extension TensorSpec {
  /// Limits that keep every value finite in 32-bit floats.
  private static let factor: ClosedRange<Double> = -1e6...1e6
  /// Above zero, because values are divided by it.
  private static let divisor: ClosedRange<Double> = 1e-6...1e6
  /// The most bytes of a batch, so that a typing error does not allocate all memory.
  private static let maximumBatchBytes = 4 << 30

  init(_ reader: ManifestReader) throws(ModelError) {
    try reader.allowOnly([
      "width", "height", "layout", "type", "color", "fit", "pad", "scale", "mean", "std", "batch",
      "batchTimeoutMs",
    ])
    func side(_ key: String) throws(ModelError) -> Int {
      guard let side = try reader.integer(key, in: 1...16384) else {
        throw reader.failure(key, "is missing; it must be a whole number in 1...16384")
      }
      return side
    }
    let color: Color = try reader.choice("color") ?? .rgb
    let type: Element = try reader.choice("type") ?? .float32
    let channels = color.channels
    self.init(
      width: try side("width"), height: try side("height"),
      layout: try reader.choice("layout") ?? .nchw, type: type, color: color,
      fit: try reader.choice("fit") ?? .stretch,
      pad: try reader.perChannel("pad", channels: channels, in: 0...255) ?? [114],
      // In a tensor of bytes, 1/255 would leave only 0 and 1.
      scale: try reader.number("scale", in: Self.factor) ?? (type == .uint8 ? 1 : 1.0 / 255),
      mean: try reader.perChannel("mean", channels: channels, in: Self.factor) ?? [0],
      std: try reader.perChannel("std", channels: channels, in: Self.divisor) ?? [1],
      batch: try reader.integer("batch", in: 1...256) ?? 1,
      batchTimeoutMilliseconds: try reader.integer("batchTimeoutMs", in: 0...60_000) ?? 10)
    // At most 16384^2 x 3 x 4 x 256 bytes: no overflow.
    guard bytesPerFrame * batch <= Self.maximumBatchBytes else {
      throw reader.failure(
        "batch", "makes a tensor of \(bytesPerFrame * batch) bytes; it must stay within 4 GiB")
    }
  }
}
