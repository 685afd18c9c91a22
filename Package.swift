// swift-tools-version: 6.2
import PackageDescription

/// Settings of every target: Swift 6 language mode comes with the tools version; the rest makes imports,
/// existentials and lifetimes explicit.
let swift: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  // `RawSpan` views of pooled memory and of fetched records are lifetime-dependent on their owner.
  .enableExperimentalFeature("Lifetimes"),
]

/// Where programs look for a librdkafka that is newer than the system's: beside an installed one (`make install`), and in
/// this checkout (`make deps`), from any `.build*/TRIPLE/CONFIGURATION`. Programs only: a package with such flags in
/// its libraries can be nobody's dependency.
let newerLibrdkafka: [LinkerSetting] = [
  .unsafeFlags(
    (["$ORIGIN/../lib/framefeed", "$ORIGIN"]
      + (Context.environment["FRAMEFEED_INSTALL"] == nil ? ["$ORIGIN/../../../.build/librdkafka/lib"] : []))
      .flatMap { ["-Xlinker", "-rpath=\($0)"] },
    .when(platforms: [.linux]))
]

let package = Package(
  name: "framefeed",
  platforms: [.macOS(.v26)],
  products: [
    .library(name: "FrameFeed", targets: ["FrameFeed"]),
    // More kinds of image files, each with a library of its own.
    .library(name: "FramePictures", targets: ["FrameTIFF", "FrameWebP"]),
    .executable(name: "framefeed", targets: ["FrameFeedMain"]),
    .executable(name: "framefeed-bench", targets: ["FrameBenchCommand"]),
  ],
  targets: [
    // System libraries: module map and shim only. `make deps` installs them.
    .systemLibrary(name: "CRDKafka", pkgConfig: "rdkafka", providers: [.apt(["librdkafka-dev"])]),
    .systemLibrary(name: "CLibJPEG", pkgConfig: "libjpeg", providers: [.apt(["libjpeg-dev"])]),
    .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
    .systemLibrary(name: "CLibPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CLibTIFF", pkgConfig: "libtiff-4", providers: [.apt(["libtiff-dev"])]),
    .systemLibrary(name: "CLibWebP", pkgConfig: "libwebp", providers: [.apt(["libwebp-dev"])]),

    // C where Swift cannot go: errors of libjpeg and libpng jump, and the hot loops need the processor's own
    // instructions.
    .target(name: "CJPEG", dependencies: ["CLibJPEG"]),
    .target(name: "CPNG", dependencies: ["CLibPNG"]),
    .target(name: "CTIFF", dependencies: ["CLibTIFF"]),
    .target(name: "CFrameKernels"),
    // Children that end with us, which posix_spawn cannot ask for.
    .target(name: "CChildProcess"),
    // Loops that the project is measured against.
    .target(name: "CFloors"),

    // What any program has: its command line and its log lines. They know nothing of frames; of FrameCore the second
    // has its threads and locks.
    .target(name: "CommandArguments", swiftSettings: swift),
    .target(name: "LogLines", dependencies: ["FrameCore"], swiftSettings: swift),

    // The data path, in its order.
    .target(name: "FrameCore", swiftSettings: swift),
    .target(
      name: "FrameSources", dependencies: ["FrameCore", "CFrameKernels", "CChildProcess"],
      swiftSettings: swift),
    // Kinds of image files whose libraries not every program needs.
    .target(name: "FrameTIFF", dependencies: ["FrameSources", "FrameCore", "CTIFF"], swiftSettings: swift),
    .target(
      name: "FrameWebP", dependencies: ["FrameSources", "FrameCore", "CLibWebP"], swiftSettings: swift),
    .target(
      name: "FrameCodecs", dependencies: ["FrameCore", "CFrameKernels", "CJPEG", "CZstd", "CPNG"],
      swiftSettings: swift),
    .target(name: "KafkaTransport", dependencies: ["FrameCore", "CRDKafka"], swiftSettings: swift),
    .target(name: "FrameTensors", dependencies: ["FrameCore", "CFrameKernels"], swiftSettings: swift),
    .target(name: "FrameModels", dependencies: ["FrameCore", "FrameTensors"], swiftSettings: swift),
    .target(
      name: "FrameLatency", dependencies: ["FrameCore", "CZlib"], swiftSettings: swift),
    .target(
      name: "FrameFeed",
      dependencies: [
        "FrameCore", "FrameSources", "FrameCodecs", "KafkaTransport", "FrameTensors", "FrameModels",
        "FrameLatency", "LogLines",
      ],
      swiftSettings: swift),
    // What tensors are held against: slow, plain, in floats.
    .target(name: "TensorReference", dependencies: ["FrameCore", "FrameTensors"], swiftSettings: swift),
    .target(
      name: "FrameBench",
      dependencies: [
        "TensorReference",
        "FrameFeed", "FrameCore", "FrameSources", "FrameCodecs", "KafkaTransport", "FrameModels",
        "FrameTensors", "FrameLatency", "CFloors", "LogLines",
      ],
      swiftSettings: swift),
    .target(
      name: "FrameFeedCommand",
      dependencies: [
        "FrameFeed", "FrameCore", "FrameSources", "FrameCodecs", "KafkaTransport", "FrameTensors",
        "FrameModels",
        "FrameLatency", "LogLines", "CommandArguments", "FrameTIFF", "FrameWebP",
      ],
      swiftSettings: swift),
    .executableTarget(
      name: "FrameFeedMain", dependencies: ["FrameFeedCommand"], swiftSettings: swift,
      linkerSettings: newerLibrdkafka),
    .executableTarget(
      name: "FrameBenchCommand",
      dependencies: [
        "FrameBench", "FrameFeedCommand", "FrameCore", "FrameModels", "FrameSources", "FrameTensors",
        "KafkaTransport", "CommandArguments",
      ],
      swiftSettings: swift, linkerSettings: newerLibrdkafka),
    // A program of a user's: a model of its own, with the library alone.
    .executableTarget(
      name: "brightness", dependencies: ["FrameFeed"], path: "samples/swift", swiftSettings: swift,
      linkerSettings: newerLibrdkafka),

    .testTarget(
      name: "CommandArgumentsTests", dependencies: ["CommandArguments"], swiftSettings: swift),
    .testTarget(name: "LogLinesTests", dependencies: ["LogLines", "FrameCore"], swiftSettings: swift),
    .testTarget(name: "CFrameKernelsTests", dependencies: ["CFrameKernels"], swiftSettings: swift),
    .testTarget(name: "FrameCoreTests", dependencies: ["FrameCore"], swiftSettings: swift),
    .testTarget(
      name: "FrameSourcesTests", dependencies: ["FrameSources", "FrameCore"], swiftSettings: swift),
    .testTarget(
      name: "FramePicturesTests", dependencies: ["FrameTIFF", "FrameWebP", "FrameSources", "FrameCore"],
      swiftSettings: swift),
    .testTarget(
      name: "FrameCodecsTests",
      dependencies: ["FrameCodecs", "FrameCore", "FrameTensors", "TensorReference", "CJPEG"],
      swiftSettings: swift),
    .testTarget(
      name: "KafkaTransportTests", dependencies: ["KafkaTransport", "CRDKafka", "FrameCore"],
      // All tests are one program.
      swiftSettings: swift, linkerSettings: newerLibrdkafka),
    .testTarget(
      name: "FrameTensorsTests", dependencies: ["FrameTensors", "TensorReference", "FrameCore"],
      swiftSettings: swift),
    .testTarget(
      name: "FrameModelsTests", dependencies: ["FrameModels", "FrameTensors", "FrameCore"],
      swiftSettings: swift),
    .testTarget(
      name: "FrameLatencyTests", dependencies: ["FrameLatency", "FrameCore"], swiftSettings: swift),
    .testTarget(
      name: "FrameBenchTests",
      dependencies: ["FrameBench", "FrameCodecs", "FrameCore", "FrameLatency", "FrameSources"],
      swiftSettings: swift),
    // The pipeline's parts, and feeds through librdkafka's in-process cluster: no broker, no other process.
    .testTarget(
      name: "PipelineTests",
      dependencies: [
        "FrameFeed", "FrameCodecs", "FrameCore", "FrameLatency", "FrameModels", "FrameSources",
        "FrameTensors",
        "KafkaTransport", "LogLines",
      ],
      swiftSettings: swift),
    // Integration: the built `framefeed` against a broker process (BROKER from `make test`).
    .testTarget(
      name: "FrameFeedTests",
      dependencies: [
        "FrameFeed", "FrameFeedMain", "FrameBenchCommand", "FrameFeedCommand", "brightness", "CRDKafka",
        "CommandArguments", "FrameCodecs",
        "FrameCore",
        "FrameLatency",
        "FrameModels",
        "FrameSources", "FrameTensors", "KafkaTransport", "LogLines",
      ],
      exclude: ["flipping_proxy.py", "kinds", "other_clock.c", "zsh_offers.zsh"],
      swiftSettings: swift),
  ]
)
