import BotSchema
import NIOCore

/// An activity of a log as its readers get it: the frame of a stream, made once and shared by all sockets.
struct LoggedActivity: Sendable {
    /// The position behind the activity.
    let position: Int
    private let frame: ByteBuffer
    private let jsonLength: Int

    private static let head = Array(#"{"activities":["#.utf8)

    /// The activity with the position behind it.
    init(_ json: [UInt8], position: Int) {
        self.init(position: position, jsonLength: json.count) { $0.writeBytes(json) }
    }

    private init(position: Int, jsonLength: Int, _ write: (inout ByteBuffer) -> Void) {
        self.position = position
        self.jsonLength = jsonLength
        let tail = "],\"watermark\":\"\(position)\"}"
        var frame = ByteBufferAllocator().buffer(capacity: Self.head.count + jsonLength + tail.utf8.count)
        frame.writeBytes(Self.head)
        write(&frame)
        frame.writeString(tail)
        self.frame = frame
    }

    /// What the activity costs in memory, in bytes; buffers have the size of a power of two.
    var size: Int { frame.storageCapacity }

    /// The frame of a stream: one activity and the position behind it.
    var buffer: ByteBuffer { frame }

    /// The activity alone, as JSON.
    var json: ByteBuffer {
        frame.getSlice(at: frame.readerIndex + Self.head.count, length: jsonLength) ?? ByteBuffer()
    }

    /// The frame without a position, for readers that are to stay where they are.
    var bufferWithoutWatermark: ByteBuffer {
        var buffer = ByteBufferAllocator().buffer(capacity: jsonLength + 18)
        buffer.writeBytes(Self.head)
        buffer.writeImmutableBuffer(json)
        buffer.writeStaticString("]}")
        return buffer
    }

    /// The same activity at another place.
    func moved(to position: Int) -> LoggedActivity {
        guard position != self.position else { return self }
        let json = json
        return LoggedActivity(position: position, jsonLength: jsonLength) { $0.writeImmutableBuffer(json) }
    }
}
