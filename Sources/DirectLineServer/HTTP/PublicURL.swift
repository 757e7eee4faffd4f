/// The base URL under which a client reaches the server; every link that clients are given is made from one.
public struct PublicURL: Hashable, Sendable, CustomStringConvertible {
    /// Whether clients come by TLS.
    public let isSecure: Bool
    let authority: Authority
    /// The path that a proxy takes away, without a slash at the end unless it is nothing else.
    private let path: String

    /// Reads a base URL; nil unless it is an `http` or `https` URL without user information, query and fragment.
    public init?(_ text: String) {
        guard let separator = text.firstRange(of: "://") else { return nil }
        switch text[..<separator.lowerBound].lowercased() {
        case "http": isSecure = false
        case "https": isSecure = true
        default: return nil
        }
        let rest = text[separator.upperBound...]
        let host = rest.prefix { $0 != "/" }
        guard let authority = Authority(host) else { return nil }
        let path = rest[host.endIndex...]
        guard path.utf8.allSatisfy(Self.isPathByte) else { return nil }
        self.path = "/" + path.split(separator: "/").joined(separator: "/")
        self.authority = Self.withoutStandardPort(authority, isSecure)
    }

    init(isSecure: Bool, authority: Authority) {
        self.isSecure = isSecure
        self.authority = Self.withoutStandardPort(authority, isSecure)
        path = "/"
    }

    private static func withoutStandardPort(_ authority: Authority, _ isSecure: Bool) -> Authority {
        authority.port == WebOrigin.standardPort(isSecure ? "https" : "http") ? authority.at(port: nil) : authority
    }

    /// The URL without a slash at the end, such as `https://shop.example/chat`.
    public var description: String { "\(isSecure ? "https" : "http")://\(location)" }

    /// The base of Direct Line calls, what clients call the domain.
    public var directLineURL: String { description + "/v3/directline" }

    /// The origin of pages that are served beside the server.
    var origin: WebOrigin? { WebOrigin("\(isSecure ? "https" : "http")://\(authority.text)") }

    /// Where to stream a conversation.
    func stream(of conversation: String, watermark: Int?, ticket: String) -> String {
        let position = watermark.map(String.init) ?? "-"
        return "\(isSecure ? "wss" : "ws")://\(location)/v3/directline/conversations/\(conversation)/stream"
            + "?watermark=\(position)&t=\(ticket)"
    }

    /// Where to read a kept file.
    func attachment(_ id: String) -> String { "\(description)/v3/attachments/\(id)/views/original" }

    private var location: String { path == "/" ? authority.text : authority.text + path }

    private static func isPathByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "/-._~%!$&'()*+,;=:@".utf8.contains(byte)
        }
    }
}
