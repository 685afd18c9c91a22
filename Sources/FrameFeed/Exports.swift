// The modules of the types in the public declarations here: one `import FrameFeed` is enough for a program with its own
// source, sink or model.
@_exported public import FrameCodecs
@_exported public import FrameCore
@_exported public import FrameLatency
@_exported public import FrameModels
@_exported public import FrameSources
@_exported public import FrameTensors
@_exported public import KafkaTransport
@_exported public import LogLines
