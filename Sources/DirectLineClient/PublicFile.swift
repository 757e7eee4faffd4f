import AsyncHTTPClient
import NIOHTTP1
import WebSocketTransport

/// A file at an address that came with a conversation.
public enum PublicFile {
    /// Fetches a file without any credential, and from the named host only.
    ///
    /// Addresses come from bots: only `http` and `https` are followed, redirects are not, and an answer of more than
    /// 16 MiB is refused.
    ///
    /// - Parameters:
    ///   - address: The file's URL.
    ///   - timeout: How long it may take.
    /// - Returns: The file's bytes.
    /// - Throws: ``ClientError``, one sentence without the query of the address; `CancellationError`.
    public static func fetch(_ address: String, timeout: Duration = .seconds(20)) async throws -> [UInt8] {
        guard let url = WebURL(address, schemes: ["http", "https"]) else {
            throw ClientError(.invalidURL, "only http and https addresses are fetched")
        }
        let client = HTTPClient(
            eventLoopGroupProvider: .singleton,
            configuration: HTTPExchange.configuration(timeout: timeout)
        )
        let result: Result<[UInt8], any Error>
        do {
            let exchange = HTTPExchange(client: client, timeout: timeout)
            let answer = try await exchange.send(.GET, url.origin + url.target, authority: url.authority)
            result =
                (200..<300).contains(answer.status)
                ? .success(answer.body)
                : .failure(ClientError(answer, from: url.authority, hiding: url.query))
        } catch {
            result = .failure(error)
        }
        // A connection that does not close cleanly at the end harms nobody.
        try? await client.shutdown()
        return try result.get()
    }
}
