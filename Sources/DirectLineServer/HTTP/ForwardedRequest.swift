import HTTPTypes

/// What a proxy says about the request that it passes on, by `Forwarded` (RFC 7239) or by the `X-Forwarded-` headers.
///
/// Of several proxies the last counts, which is the one that is connected to us: what stands before it may be the
/// client's own word.
struct ForwardedRequest: Hashable, Sendable {
    /// Whether the client came by TLS, nil when the proxy does not say.
    var isSecure: Bool?
    /// The host that the client asked for, nil when the proxy does not say.
    var authority: Authority?

    /// - Throws: 400 when the headers cannot be read, or say different things: a proxy sets one kind, and passes on what
    ///   clients send of the other.
    init(_ headers: HTTPFields) throws(HTTPFailure) {
        if let name = HTTPField.Name("Forwarded"), let text = headers[values: name].last {
            for (name, value) in try Self.parameters(ofLastElementIn: text) {
                switch name {
                case "proto": isSecure = try Self.isSecure(value)
                case "host": authority = try Self.authority(value)
                default: break
                }
            }
        }
        if let value = Self.last("X-Forwarded-Proto", in: headers) {
            isSecure = try Self.merged(isSecure, try Self.isSecure(value))
        }
        if let value = Self.last("X-Forwarded-Host", in: headers) {
            var host = try Self.authority(value)
            if host.port == nil, let text = Self.last("X-Forwarded-Port", in: headers) {
                guard let port = UInt16(text), port > 0 else { throw Self.unreadable("port", text) }
                host = host.at(port: Int(port))
            }
            authority = try Self.merged(authority, host)
        }
    }

    private static func merged<Value: Equatable>(_ known: Value?, _ value: Value) throws(HTTPFailure) -> Value {
        guard let known, known != value else { return value }
        throw .badArgument(
            "Forwarded and the X-Forwarded headers disagree; the proxy must remove the kind it does not set"
        )
    }

    private static func last(_ name: String, in headers: HTTPFields) -> String? {
        guard let name = HTTPField.Name(name), let line = headers[values: name].last else { return nil }
        let value = line.split(separator: ",", omittingEmptySubsequences: false).last ?? ""
        return String(value.trimmed)
    }

    private static func isSecure(_ value: String) throws(HTTPFailure) -> Bool {
        switch value.lowercased() {
        case "https", "wss": true
        case "http", "ws": false
        default: throw unreadable("scheme", value)
        }
    }

    private static func authority(_ value: String) throws(HTTPFailure) -> Authority {
        guard let authority = Authority(value) else { throw unreadable("host", value) }
        return authority
    }

    private static func unreadable(_ part: String, _ value: String) -> HTTPFailure {
        .badArgument("the proxy forwards a \(part) that is not one: \(value.prefix(80))")
    }

    /// The names in lower case and the values of the element that the nearest proxy added.
    private static func parameters(
        ofLastElementIn text: String
    ) throws(HTTPFailure) -> [(name: String, value: String)] {
        var elements: [[(name: String, value: String)]] = [[]]
        var name = ""
        var value: String?
        var isQuoted = false
        var isEscaped = false
        for character in text + "," {
            switch character {
            case _ where isEscaped:
                value?.append(character)
                isEscaped = false
            case "\\" where isQuoted: isEscaped = true
            case "\"" where value != nil: isQuoted.toggle()
            case _ where isQuoted: value?.append(character)
            case "=" where value == nil: value = ""
            case ";", ",":
                if let value { elements[elements.count - 1].append((name.trimmed.lowercased(), String(value.trimmed))) }
                (name, value) = ("", nil)
                if character == "," { elements.append([]) }
            default: if value == nil { name.append(character) } else { value?.append(character) }
            }
        }
        guard !isQuoted else { throw unreadable("header", text) }
        // The comma that was put behind the text has begun an element of its own.
        return elements.dropLast().last ?? []
    }
}

extension StringProtocol {
    /// Without blanks and tabs at either end.
    fileprivate var trimmed: SubSequence {
        let isBlank = { (character: Character) in character == " " || character == "\t" }
        guard let start = firstIndex(where: { !isBlank($0) }), let end = lastIndex(where: { !isBlank($0) }) else {
            return self[endIndex...]
        }
        return self[start...end]
    }
}
