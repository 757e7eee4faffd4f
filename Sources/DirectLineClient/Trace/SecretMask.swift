import Synchronization

/// Takes credentials out of what is shown: those that are known, and whatever stands where credentials stand.
final class SecretMask: Sendable {
    private static let dots = "…"

    private let known = Mutex<[String]>([])

    /// Remembers a credential.
    func learn(_ secret: String?) {
        // Shorter ones would tear words apart and are none.
        guard let secret, secret.utf8.count >= 4 else { return }
        known.withLock { known in
            guard !known.contains(secret) else { return }
            known.append(secret)
            // Tokens are renewed for as long as a conversation lives.
            if known.count > 64 { known.removeFirst() }
        }
    }

    /// The text without credentials.
    func masked(_ text: String) -> String {
        var text = text
        for secret in known.withLock({ $0 }) where text.contains(secret) {
            text = text.replacing(secret, with: Self.dots)
        }
        for name in ["token", "Token", "access_token", "secret", "password"] {
            text = Self.masking(text, after: "\"\(name)\":", opening: "\"", until: { $0 == "\"" })
        }
        for name in ["t", "token", "key", "code", "sig", "access_token", "secret"] {
            for start in ["?\(name)=", "&\(name)="] {
                text = Self.masking(text, after: start, opening: nil) {
                    $0 == "&" || $0 == "\"" || $0 == " " || $0 == "\\"
                }
            }
        }
        return text
    }

    /// The address without credentials.
    func masked(url: String, hidingQuery: Bool) -> String {
        hidingQuery ? masked(String(url.prefix { $0 != "?" }) + (url.contains("?") ? "?…" : "")) : masked(url)
    }

    /// Replaces what follows a marker, and perhaps blanks and an opening character, up to an end.
    private static func masking(
        _ text: String,
        after marker: String,
        opening: Character?,
        until isEnd: (Character) -> Bool
    ) -> String {
        guard text.contains(marker) else { return text }
        var result = ""
        var rest = text[...]
        while let range = rest.firstRange(of: marker) {
            result += rest[..<range.upperBound]
            rest = rest[range.upperBound...]
            if let opening {
                let blanks = rest.prefix { $0 == " " }
                guard rest[blanks.endIndex...].first == opening else { continue }
                result += blanks + String(opening)
                rest = rest[blanks.endIndex...].dropFirst()
            }
            let value = rest.prefix { !isEnd($0) }
            result += value.isEmpty ? "" : dots
            rest = rest[value.endIndex...]
        }
        return result + rest
    }
}
