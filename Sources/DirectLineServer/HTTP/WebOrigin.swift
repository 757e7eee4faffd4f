/// Where a web page comes from, as browsers say it in `Origin`.
package enum WebOrigin: Hashable, Sendable {
    /// A page opened from a file, or in a sandboxed frame.
    case null
    /// A page of a site.
    case site(scheme: String, name: String, port: Int?)

    /// Reads an origin; nil when the text is none: it has a path, or no scheme, or a host that is not one.
    package init?(_ text: String) {
        if text == "null" {
            self = .null
            return
        }
        guard let separator = text.firstRange(of: "://") else { return nil }
        let scheme = text[..<separator.lowerBound].lowercased()
        guard let first = scheme.utf8.first, (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(first),
            let authority = Authority(text[separator.upperBound...])
        else { return nil }
        // Browsers leave out the port that the scheme implies; people may write it.
        let port = authority.port == Self.standardPort(scheme) ? nil : authority.port
        self = .site(scheme: scheme, name: authority.name, port: port)
    }

    /// Whether this machine serves the page.
    var isLocal: Bool {
        switch self {
        case .null: false
        case .site(_, let name, _): Authority(name)?.isLocal ?? false
        }
    }

    static func standardPort(_ scheme: String) -> Int? {
        switch scheme {
        case "http": 80
        case "https": 443
        default: nil
        }
    }
}
