/// What admits a client to a Direct Line service.
///
/// Its descriptions and its mirror never show what is inside.
public enum DirectLineCredential: Hashable, Sendable {
    /// A site's secret, which opens any conversation and never expires.
    case secret(String)
    /// A token for one conversation, refreshed while it is valid.
    case token(String)
    /// The URL of a service that gives tokens, as Copilot Studio has one; its query may be secret too.
    case tokenEndpoint(String)
    /// None: a service on this machine that asks for nothing. A token that it gives is used all the same.
    case none
}

extension DirectLineCredential: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The kind of credential.
    public var description: String {
        switch self {
        case .secret: "secret(…)"
        case .token: "token(…)"
        case .tokenEndpoint: "tokenEndpoint(…)"
        case .none: "none"
        }
    }

    /// The kind of credential.
    public var debugDescription: String { description }

    /// A mirror without children.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
