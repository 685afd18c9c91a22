// What the public declarations of this module take and give: one `import FrameFeed` is enough for a source, a sink and a
// model of one's own.
@_exported public import FrameCodecs
@_exported public import FrameCore
@_exported public import FrameLatency
@_exported public import FrameModels
@_exported public import FrameSources
@_exported public import FrameTensors
@_exported public import KafkaTransport
@_exported public import LogLines
