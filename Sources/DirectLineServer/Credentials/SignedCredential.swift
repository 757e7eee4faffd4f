import BotSchema

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A credential that says itself what it is for, and whose code proves that this server said so.
///
/// Written as two parts in base64url (RFC 4648, section 5), joined by a full stop: a JSON array of the conversation, the
/// time of issue, the time of expiry, a random word and perhaps the user's account; and the code of the first part.
struct SignedCredential: Hashable, Sendable {
    /// What the credential is for.
    var grant: Grant
    /// When it was issued; of two credentials the later one has the later time.
    let issue: Timestamp
    /// When it ceases to be good.
    let expiry: Timestamp

    /// The longest text that is looked at: a user's account is in it.
    private static let longest = 16_384

    /// The credential as clients have it.
    ///
    /// - Parameters:
    ///   - key: Whose code proves it.
    ///   - purpose: For what it is good.
    ///   - nonce: Makes two credentials for the same thing differ.
    /// - Returns: ASCII text that needs no escaping in headers and URLs.
    func text(signedBy key: ServerKey, _ purpose: ServerKey.Purpose, nonce: String) -> String {
        let user: JSONValue = grant.user.map { .object($0.json) } ?? .null
        let claims: JSONValue = [
            .string(grant.conversation), .number(JSONNumber(Int(issue.milliseconds))),
            .number(JSONNumber(Int(expiry.milliseconds))), .string(nonce), user,
        ]
        let body = Self.encoded(claims.serialized())
        return body + "." + Self.encoded(key.code(for: body, purpose))
    }

    /// Reads a credential; nil for what this key has not signed for this purpose.
    init?(_ text: String, signedBy key: ServerKey, _ purpose: ServerKey.Purpose) {
        guard text.utf8.count <= Self.longest else { return nil }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, let code = Self.decoded(parts[1]), key.proves(code, for: String(parts[0]), purpose),
            let bytes = Self.decoded(parts[0]), let claims = try? JSONValue(parsing: bytes),
            let conversation = claims[0]?.string, let issue = claims[1]?.int, let expiry = claims[2]?.int
        else { return nil }
        grant = Grant(conversation: conversation, user: ChannelAccount(claims[4]))
        self.issue = Timestamp(milliseconds: Int64(issue))
        self.expiry = Timestamp(milliseconds: Int64(expiry))
    }

    init(_ grant: Grant, issue: Timestamp, expiry: Timestamp) {
        self.grant = grant
        self.issue = issue
        self.expiry = expiry
    }

    private static func encoded(_ bytes: [UInt8]) -> String {
        String(
            Data(bytes).base64EncodedString().compactMap { character -> Character? in
                switch character {
                case "+": "-"
                case "/": "_"
                case "=": nil
                default: character
                }
            }
        )
    }

    private static func decoded(_ text: Substring) -> [UInt8]? {
        let standard = text.map { $0 == "-" ? "+" : $0 == "_" ? "/" : $0 }
        let padding = String(repeating: "=", count: (4 - standard.count % 4) % 4)
        return Data(base64Encoded: String(standard) + padding).map { Array($0) }
    }
}

/// What a token or a stream's ticket permits.
struct Grant: Hashable, Sendable {
    /// The one conversation that it is for.
    let conversation: String
    /// The account in whose name its holder speaks; nil lets the holder choose.
    var user: ChannelAccount?
}
