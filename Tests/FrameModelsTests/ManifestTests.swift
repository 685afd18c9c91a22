import FrameModels
import FrameTensors
import Testing

/// A manifest with these `input` members (and the required sides unless given).
func manifest(
  _ input: String = "", name: String = "null", runtime: String = #"{"kind":"builtin"}"#,
  sides: String = #""width":8,"height":4"#
) -> String {
  let members = [sides, input].filter { !$0.isEmpty }.joined(separator: ",")
  return #"{"name":"\#(name)","runtime":\#(runtime),"input":{\#(members)}}"#
}

func parse(_ text: String) throws(ModelError) -> ModelManifest {
  try ModelManifest.parse(Array(text.utf8), file: "m.json")
}

@Suite struct ManifestTests {
  @Test func defaults() throws {
    let spec = try parse(manifest()).input
    #expect(spec == TensorSpec(width: 8, height: 4))
    #expect(spec.layout == .nchw && spec.type == .float32 && spec.color == .rgb && spec.fit == .stretch)
    #expect(spec.pad == [114, 114, 114] && spec.scale == 1.0 / 255 && spec.mean == [0, 0, 0])
    #expect(spec.std == [1, 1, 1] && spec.batch == 1 && spec.batchTimeoutMilliseconds == 10)
    #expect(try parse(manifest(#""type":"uint8""#)).input.scale == 1)
  }

  @Test func everyKey() throws {
    let all = """
      "layout":"NHWC","type":"float16","color":"bgr","fit":"letterbox","pad":[1,2,3],"scale":0.5,"mean":[4],
      "std":2,"batch":256,"batchTimeoutMs":0
      """
    let read = try parse(manifest(all, name: "x", runtime: #"{"kind":"builtin","model":"motion"}"#))
    #expect(read.name == "x" && read.runtime == ModelRuntime(kind: .builtin, model: "motion"))
    let expected = TensorSpec(
      width: 8, height: 4, layout: .nhwc, type: .float16, color: .bgr, fit: .letterbox, pad: [1, 2, 3],
      scale: 0.5, mean: [4, 4, 4], std: [2, 2, 2], batch: 256, batchTimeoutMilliseconds: 0)
    #expect(read.input == expected)
  }

  static let broken: [(text: String, message: String)] = [
    ("{", "m.json: not valid JSON; a manifest is one JSON object"),
    ("[1]", "m.json: the manifest must be an object, not an array"),
    ("{}", #"m.json: key "name" is missing; it must be a string"#),
    (#"{"name":3}"#, #"m.json: key "name" must be a string, not a number"#),
    (#"{"name":""}"#, #"m.json: key "name" must not be empty"#),
    (#"{"name":"a"}"#, #"m.json: key "runtime" is missing; it must be an object"#),
    (#"{"nam":"a"}"#, #"m.json: unknown key "nam"; known here: name, runtime, input"#),
    (manifest(runtime: "7"), #"m.json: key "runtime" must be an object, not a number"#),
    (
      manifest(runtime: "{}"),
      #"m.json: key "runtime.kind" is missing; it must be one of: builtin, library, process, http"#
    ),
    (
      manifest(runtime: #"{"kind":"gpu"}"#),
      #"m.json: key "runtime.kind" is "gpu"; it must be one of: builtin, library, process, http"#
    ),
    (
      manifest(runtime: #"{"kind":"builtin","modle":"x"}"#),
      #"m.json: unknown key "runtime.modle"; known here: kind, model, delayMs, maxInFlight"#
    ),
    (
      manifest(#""men":[0]"#),
      #"m.json: unknown key "input.men"; known here: width, height, layout, type, color, fit, pad, scale, "#
        + "mean, std, batch, batchTimeoutMs"
    ),
    (
      manifest(sides: #""width":8"#),
      #"m.json: key "input.height" is missing; it must be a whole number in 1...16384"#
    ),
    (
      manifest(sides: #""width":0,"height":4"#),
      #"m.json: key "input.width" is 0; it must be a whole number in 1...16384"#
    ),
    (
      manifest(sides: #""width":2.5,"height":4"#),
      #"m.json: key "input.width" is 2.5; it must be a whole number in 1...16384"#
    ),
    (
      manifest(sides: #""width":"8","height":4"#),
      #"m.json: key "input.width" must be a whole number in 1...16384, not a string"#
    ),
    (
      manifest(#""batch":257"#), #"m.json: key "input.batch" is 257; it must be a whole number in 1...256"#
    ),
    (
      manifest(#""batch":true"#),
      #"m.json: key "input.batch" must be a whole number in 1...256, not a boolean"#
    ),
    (
      manifest(#""batchTimeoutMs":-1"#),
      #"m.json: key "input.batchTimeoutMs" is -1; it must be a whole number in 0...60000"#
    ),
    (
      manifest(#""layout":"nchw""#), #"m.json: key "input.layout" is "nchw"; it must be one of: NCHW, NHWC"#
    ),
    (
      manifest(#""type":"int8""#),
      #"m.json: key "input.type" is "int8"; it must be one of: float32, float16, uint8"#
    ),
    (manifest(#""color":"yuv""#), #"m.json: key "input.color" is "yuv"; it must be one of: rgb, bgr, gray"#),
    (
      manifest(#""fit":"fill""#),
      #"m.json: key "input.fit" is "fill"; it must be one of: stretch, letterbox, crop"#
    ),
    (
      manifest(#""std":[1,0,1]"#),
      #"m.json: key "input.std[1]" is 0; it must be a number in 1e-06...1000000"#
    ),
    (
      manifest(#""mean":[1,2]"#),
      #"m.json: key "input.mean" has 2 values; it must have 3 values, one a channel, or 1 for all"#
    ),
    (
      manifest(#""color":"gray","mean":[1,2,3]"#),
      #"m.json: key "input.mean" has 3 values; it must have 1 value"#
    ),
    (manifest(#""pad":"x""#), #"m.json: key "input.pad" must be an array of numbers, not a string"#),
    (manifest(#""pad":[256]"#), #"m.json: key "input.pad[0]" is 256; it must be a number in 0...255"#),
    (
      manifest(#""scale":null"#),
      #"m.json: key "input.scale" must be a number in -1000000...1000000, not null"#
    ),
    (
      manifest(#""batch":256"#, sides: #""width":16384,"height":16384"#),
      #"m.json: key "input.batch" makes a tensor of 824633720832 bytes; it must stay within 4 GiB"#
    ),
  ]

  @Test(arguments: broken.indices) func problemsAreNamed(index: Int) {
    let (text, message) = Self.broken[index]
    var said = "no error"
    do throws(ModelError) { _ = try parse(text) } catch { said = error.description }
    #expect(said == message)
  }

  /// Broken bytes end in a manifest within bounds or in an error, never in a trap.
  @Test func mutatedManifestsNeverTrap() {
    let seed = Array(
      manifest(#""type":"uint8","pad":[1,2,3],"scale":1e-3,"mean":[0.5],"std":[1,2,3],"batch":4"#).utf8)
    var state: UInt64 = 42
    func next(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
    let interesting = Array(#"{}[]",:0129-+.eE\ tn"#.utf8) + [0, 0x80, 0xFF]
    var accepted = 0
    for _ in 0..<2000 {
      var bytes = seed
      for _ in 0...next(4) {
        let at = next(bytes.count)
        switch next(4) {
        case 0: bytes[at] = UInt8(next(256))
        case 1: bytes[at] = interesting[next(interesting.count)]
        case 2: bytes.remove(at: at)
        default: bytes.insert(interesting[next(interesting.count)], at: at)
        }
      }
      guard let read = try? ModelManifest.parse(bytes, file: "fuzz") else { continue }
      accepted += 1
      let spec = read.input
      #expect((1...16384).contains(spec.width) && (1...16384).contains(spec.height))
      #expect((1...256).contains(spec.batch) && spec.std.allSatisfy { $0 > 0 } && spec.mean.count == 3)
    }
    #expect(accepted > 0 && accepted < 2000)
  }
}
