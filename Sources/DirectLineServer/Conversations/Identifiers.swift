import Synchronization

/// Makes the ids and credentials of a run.
final class Identifiers: Sendable {
    /// Letters and digits: ids travel in paths and headers, where SDKs encode anything else in different ways.
    private static let alphabet = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)

    private let generator: Mutex<any RandomNumberGenerator & Sendable>

    init(generator: any RandomNumberGenerator & Sendable) { self.generator = Mutex(generator) }

    /// An id for a conversation, in the service's shape.
    func conversation() -> String { random(22) + "-loc" }

    /// Whether a text could be the id of a conversation, and so stand in a log.
    static func isConversation(_ text: String) -> Bool {
        text.utf8.count <= 80 && text.utf8.allSatisfy { alphabet.contains($0) || $0 == UInt8(ascii: "-") }
    }

    /// A credential of 256 bits.
    func secret() -> String { random(43) }

    /// An id outside the counters of kept activities.
    func short() -> String { random(10) }

    private func random(_ length: Int) -> String {
        generator.withLock { generator in
            let letters = (0..<length).map { _ in Self.alphabet.randomElement(using: &generator) ?? 0 }
            return String(decoding: letters, as: UTF8.self)
        }
    }
}
