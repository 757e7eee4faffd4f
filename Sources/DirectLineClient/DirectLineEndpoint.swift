import WebSocketTransport

/// Where a Direct Line service is: a base URL, normalised to end in `/v3/directline`.
public struct DirectLineEndpoint: Hashable, Sendable, CustomStringConvertible {
    /// The base of every path, without a trailing slash.
    public let baseURL: String
    /// Host and port, for people.
    public let authority: String

    /// Microsoft's global service.
    public static let global = DirectLineEndpoint(
        baseURL: "https://directline.botframework.com/v3/directline",
        authority: "directline.botframework.com:443"
    )

    /// Microsoft's service for bots whose data stay in Europe.
    public static let europe = microsoft("europe.directline.botframework.com")
    /// Microsoft's service for bots whose data stay in India.
    public static let india = microsoft("india.directline.botframework.com")
    /// The service that 21Vianet runs in China.
    public static let china = microsoft("directline.botframework.azure.cn")

    /// The services that have a name of one word.
    public static let named: [String: DirectLineEndpoint] = [
        "global": .global, "europe": .europe, "india": .india, "china": .china,
    ]

    private static func microsoft(_ host: String) -> DirectLineEndpoint {
        DirectLineEndpoint(baseURL: "https://\(host)/v3/directline", authority: "\(host):443")
    }

    /// Reads a base URL, with or without `/v3/directline` and a trailing slash.
    ///
    /// - Throws: ``ClientError`` with the code `invalidURL`; its message says what was expected and repeats no more
    ///   of the text than a host, since a query or a user name may hold a secret.
    public init(_ text: String) throws(ClientError) {
        guard let url = WebURL(text, schemes: ["http", "https"]), url.query == nil else {
            throw ClientError(
                .invalidURL,
                "a Direct Line URL looks like https://directline.botframework.com or http://127.0.0.1:3000, without a query"
            )
        }
        self.init(url)
    }

    init(_ url: WebURL) {
        var path = url.path[...]
        while path.hasSuffix("/") { path = path.dropLast() }
        let suffix = "/v3/directline"
        baseURL = url.origin + (path.lowercased().hasSuffix(suffix) ? path : path + suffix)
        authority = url.authority
    }

    private init(baseURL: String, authority: String) {
        self.baseURL = baseURL
        self.authority = authority
    }

    /// Whether calls are encrypted.
    public var isEncrypted: Bool { baseURL.hasPrefix("https:") }

    /// Whether what is sent there stays secret on its way: by TLS, or because it does not leave this machine.
    public var isConfidential: Bool { WebURL(baseURL, schemes: ["http", "https"])?.isConfidential ?? false }

    /// The base URL.
    public var description: String { baseURL }
}

extension String {
    /// The text as one segment of a path or one value of a query: everything but unreserved characters is encoded, so
    /// that the `|` of conversation ids and whatever an opaque watermark holds arrive as they are (RFC 3986, 2.3).
    var percentEncoded: String {
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                bytes.append(byte)
            default:
                bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
