public import BotSchema
import NIOHTTP1
import WebSocketTransport

extension Conversation {
    /// Gets a file that came as an attachment.
    ///
    /// The credential is shown to the Direct Line service alone, and only when it asks for one; never to another host.
    /// Redirects are followed without it, and not from `https` to `http`.
    ///
    /// - Parameters:
    ///   - attachment: One whose ``BotSchema/Attachment/contentURL`` is `https:`, `http:` or `data:`.
    ///   - staysAtService: Whether nobody but the service may be asked, be it by a redirect: for what is fetched although
    ///     no person has asked for it, since a bot could learn from its own host when and where a message is read.
    /// - Returns: The file.
    /// - Throws: ``ClientError``: `invalidURL` for any other address, `tooLarge` above
    ///   ``ClientConfiguration/downloadLimit``, and what became of the request.
    public func download(_ attachment: Attachment, staysAtService: Bool = false) async throws -> DownloadedFile {
        let (service, tokens) = (service, tokens)
        let download = FileDownload(
            exchange: service.exchange,
            limit: configuration.downloadLimit,
            staysAtService: staysAtService,
            isAtService: { service.endpoint.baseURL.hasPrefix($0 + "/") },
            bearer: { tokens.bearer }
        )
        return try await download.file(of: attachment)
    }

    /// Whether a file is in the message itself or on the service that the conversation is with, so that fetching it
    /// tells nobody that it was read.
    nonisolated public func holds(_ attachment: Attachment) -> Bool {
        guard let address = attachment.contentURL else { return false }
        if address.prefix(5).lowercased() == "data:" { return true }
        guard let url = WebURL(address, schemes: ["http", "https"]) else { return false }
        return isAtService(url)
    }

    nonisolated private func isAtService(_ url: WebURL) -> Bool {
        service.endpoint.baseURL.hasPrefix(url.origin + "/")
    }
}

extension DirectLine {
    /// Gets a file that is linked somewhere, without any credential.
    ///
    /// Redirects are followed, and not from `https` to `http`.
    ///
    /// - Parameters:
    ///   - attachment: One whose ``BotSchema/Attachment/contentURL`` is `https:`, `http:` or `data:`.
    ///   - configuration: The ways out, the limits and the times; nobody learns of whom it is.
    /// - Returns: The file.
    /// - Throws: ``ClientError``, as ``Conversation/download(_:)``.
    public static func download(
        _ attachment: Attachment,
        _ configuration: ClientConfiguration
    ) async throws -> DownloadedFile {
        let network = try Network(configuration)
        let exchange = HTTPExchange(network, configuration)
        let download = FileDownload(
            exchange: exchange,
            limit: configuration.downloadLimit,
            staysAtService: false,
            isAtService: { _ in false },
            bearer: { nil }
        )
        let result: Result<DownloadedFile, any Error>
        do {
            result = .success(try await download.file(of: attachment))
        } catch {
            result = .failure(error)
        }
        await network.shutdown()
        return try result.get()
    }
}

/// Gets one file, wherever it has moved to.
private struct FileDownload: Sendable {
    /// How often a file may be somewhere else.
    private static let redirectLimit = 5

    let exchange: HTTPExchange
    let limit: Int
    let staysAtService: Bool
    /// Whether an origin is the service's, to which alone the credential is shown.
    let isAtService: @Sendable (_ origin: String) -> Bool
    let bearer: @Sendable () -> String?

    /// The file that an attachment links.
    func file(of attachment: Attachment) async throws -> DownloadedFile {
        guard let address = attachment.contentURL else {
            throw ClientError(.invalidURL, "the attachment names no file")
        }
        if let data = DataURI(address) {
            try checkSize(data.bytes.count)
            let names = [attachment.name]
            return DownloadedFile(
                bytes: data.bytes,
                contentType: data.contentType ?? attachment.contentType,
                names: names
            )
        }
        guard var url = WebURL(address, schemes: ["http", "https"]) else {
            throw ClientError(.invalidURL, "a file is fetched from https:, http: or data: addresses, not from this one")
        }
        for _ in 0...Self.redirectLimit {
            if staysAtService, !isAtService(url.origin) {
                throw ClientError(
                    .invalidURL,
                    "\(url.authority) is not the service; it is asked for a file only on demand"
                )
            }
            let answer = try await fetch(url)
            if [301, 302, 303, 307, 308].contains(answer.status) {
                url = try Self.redirected(from: url, to: answer.headers.first(name: "Location"))
                continue
            }
            guard (200...299).contains(answer.status) else { throw ClientError(answer, from: url.authority) }
            try checkSize(answer.body.count)
            let last = PercentCoding.decoded(url.path.split(separator: "/").last ?? "")
            return DownloadedFile(
                bytes: answer.body,
                contentType: answer.headers.first(name: "Content-Type"),
                // The last part of a view's address names the view.
                names: [attachment.name, url.path.contains("/views/") ? nil : last]
            )
        }
        throw ClientError(.protocolViolation, "the file is moved on more than \(Self.redirectLimit) times")
    }

    private func checkSize(_ size: Int) throws {
        guard size <= limit else {
            throw ClientError(.tooLarge, "the file has \(size) bytes, more than the \(limit) that are fetched")
        }
    }

    private func fetch(_ url: WebURL) async throws -> HTTPExchange.Answer {
        // The words of a refusal may be longer than the smallest file.
        let limit = max(limit, 64 << 10)
        let answer = try await exchange.get(url, bearer: nil, limit: limit)
        guard answer.status == 401 || answer.status == 403, isAtService(url.origin), let bearer = bearer() else {
            return answer
        }
        return try await exchange.get(url, bearer: bearer, limit: limit)
    }

    private static func redirected(from url: WebURL, to location: String?) throws(ClientError) -> WebURL {
        guard let location, !location.isEmpty else {
            throw ClientError(.protocolViolation, "\(url.authority) says that the file has moved, but not where")
        }
        let absolute =
            if location.hasPrefix("//") {
                "\(url.scheme):\(location)"
            } else if location.hasPrefix("/") {
                url.origin + location
            } else if location.contains("://") {
                location
            } else {
                url.origin + url.path[...(url.path.lastIndex(of: "/") ?? url.path.startIndex)] + location
            }
        guard let next = WebURL(absolute, schemes: url.isSecure ? ["https"] : ["http", "https"]) else {
            throw ClientError(.protocolViolation, "\(url.authority) moves the file to where it is not fetched from")
        }
        return next
    }
}
