import Crypto

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The secret from which a server derives every credential that it gives out.
///
/// A store keeps it, so that tokens, stream URLs and the addresses that bots remember stay good after a restart. What is
/// derived (HMAC with SHA-256, RFC 2104) needs no table, so credentials cost no memory and cannot run out.
package struct ServerKey: Sendable {
    /// How many bytes a key has.
    package static let size = 32

    /// What a code is for; a code for one purpose proves nothing for another.
    enum Purpose: String, Sendable {
        /// The path below which the bot of one conversation calls the Connector API.
        case connector
        /// The id of a conversation that a bot has begun.
        case creation
        /// A client's token for one conversation.
        case token
        /// The ticket inside a stream URL.
        case stream
    }

    private let key: SymmetricKey

    /// A key that a store has kept.
    ///
    /// - Returns: Nil unless there are exactly ``size`` bytes.
    package init?(_ bytes: [UInt8]) {
        guard bytes.count == Self.size else { return nil }
        key = SymmetricKey(data: bytes)
    }

    /// A new key.
    package init(using generator: inout some RandomNumberGenerator) {
        key = SymmetricKey(data: (0..<Self.size).map { _ in UInt8.random(in: .min ... .max, using: &generator) })
    }

    private init(_ key: SymmetricKey) { self.key = key }

    /// The key as a store keeps it.
    package var bytes: [UInt8] { key.withUnsafeBytes { Array($0) } }

    /// A key that depends on a secret as well: without the same secret none of its codes is good.
    func bound(to secret: String) -> ServerKey {
        ServerKey(SymmetricKey(data: HMAC<SHA256>.authenticationCode(for: Array("bound\0\(secret)".utf8), using: key)))
    }

    /// The code that proves a text, 32 bytes.
    func code(for text: String, _ purpose: Purpose) -> [UInt8] {
        Array(HMAC<SHA256>.authenticationCode(for: Self.message(text, purpose), using: key))
    }

    /// Whether a code proves a text; the time that this takes does not tell how much of the code is right.
    func proves(_ code: [UInt8], for text: String, _ purpose: Purpose) -> Bool {
        HMAC<SHA256>.isValidAuthenticationCode(code, authenticating: Self.message(text, purpose), using: key)
    }

    private static func message(_ text: String, _ purpose: Purpose) -> [UInt8] {
        Array("\(purpose.rawValue)\0\(text)".utf8)
    }

    // MARK: - Capabilities of bots

    /// The path segment that lets its holder speak as the bot of a conversation: 128 bits in hexadecimal digits.
    ///
    /// The same for as long as the key lives, since bots keep service URLs for proactive messages.
    func connectorCapability(of conversation: String) -> String {
        hexadecimalCode(for: conversation, .connector)
    }
}
