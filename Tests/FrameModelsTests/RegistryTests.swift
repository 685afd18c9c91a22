import Foundation
import FrameCore
import FrameModels
import FrameTensors
import Testing

@Suite struct RegistryTests {
  /// The manifests of this repository: `models/`, two folders above `Tests/FrameModelsTests`.
  static let models = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "models").path

  @Test func shippedManifestsMakeModels() throws {
    let listings = try ModelRegistry.manifests(in: Self.models)
    #expect(listings.count >= 3)
    for listing in listings {
      let manifest = try listing.manifest.get()
      #expect(listing.file.hasSuffix("/\(manifest.name).json"))
      let model = try ModelRegistry.make(manifest)
      #expect(model.manifest == manifest)
    }
    let names = ModelRegistry.builtins.map(\.name)
    #expect(Set(["null", "channel-statistics", "motion"]).isSubset(of: names))
  }

  /// A directory entry is as long as its name: from one letter to the longest that a file system has.
  @Test func namesOfAnyLengthAreListed() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "framefeed-" + UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let names = [1, 2, 100, 250].map { String(repeating: "m", count: $0) + ".json" }
    for name in names + [".hidden.json", "text.txt"] {
      try Data("{}".utf8).write(to: folder.appending(path: name))
    }
    let files = try ModelRegistry.manifests(in: folder.path).map(\.file)
    #expect(Set(files.map { $0.split(separator: "/").last.map(String.init) }) == Set(names))
  }

  @Test func otherRuntimesParseButAreNotThere() throws {
    let read = try parse(manifest(name: "y", runtime: #"{"kind":"http","url":"http://localhost"}"#))
    #expect(
      message { () throws(ModelError) in _ = try ModelRegistry.make(read) }
        == #"model "y": runtime.kind "http" is not available in this version; use "builtin""#)
  }

  @Test func unknownBuiltin() throws {
    let read = try parse(manifest(runtime: #"{"kind":"builtin","model":"yolo"}"#))
    let said = message { () throws(ModelError) in _ = try ModelRegistry.make(read) }
    #expect(said.hasPrefix(#"no builtin model "yolo"; runtime.model (or else name) must be one of: null, "#))
  }

  @Test func unreadableFiles() {
    #expect(
      message { () throws(ModelError) in _ = try ModelManifest.load("/no/such.json") }
        == "cannot read model manifest /no/such.json: No such file or directory")
    #expect(
      message { () throws(ModelError) in _ = try ModelManifest.load("/") }
        == "cannot read model manifest /: Is a directory")
    #expect(
      message { () throws(ModelError) in _ = try ModelRegistry.manifests(in: "/no/folder") }
        == "cannot read model manifest /no/folder: No such file or directory")
  }

  @Test func aModelIsNotReadAsItsManifest() throws {
    let file = FileManager.default.temporaryDirectory.appending(path: "framefeed-" + UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: file) }
    try Data(count: 1 << 20 + 1).write(to: file)
    #expect(
      message { () throws(ModelError) in _ = try ModelManifest.load(file.path) }
        == "cannot read model manifest \(file.path): "
        + "larger than 1 MiB; is it the model instead of its manifest?")
  }

  @Test func registersAModel() throws {
    ModelRegistry.register("test-only", summary: "for this test") { NullModel($0) }
    ModelRegistry.register("test-only", summary: "again") { NullModel($0) }
    #expect(ModelRegistry.builtins.filter { $0.name == "test-only" }.map(\.summary) == ["again"])
    let model = try ModelRegistry.make(try parse(manifest(name: "test-only")))
    #expect(model.outputs.isEmpty)
  }

  private func message(_ body: () throws(ModelError) -> Void) -> String {
    do throws(ModelError) { try body() } catch { return error.description }
    return "no error"
  }
}
