package import BotSchema
import NIOHTTP1
import WebSocketTransport

/// Reads the table `conversationtranscript` of an environment page by page, as OData gives it.
package struct DataverseTranscripts: Sendable {
    /// How many rows a page has; one holds up to a megabyte of text, which JSON may double.
    private static let pageSize = 20
    private static let pageLimit = 64 << 20
    /// How long one page is waited for in all, however often the service asks to come back later.
    static let patience = Duration.seconds(900)
    private static let retryLimit = 10
    /// How many pages without a row are taken in a row, which an environment that never ends would give.
    static let emptyPageLimit = 100

    private let environment: DataverseEnvironment
    private let exchange: HTTPExchange
    private let configuration: ClientConfiguration
    private let token: @Sendable () async throws -> String
    private let onDelay: @Sendable (ClientError, Duration) -> Void

    /// Reads all rows that a query finds.
    ///
    /// - Parameters:
    ///   - environment: Where they are.
    ///   - query: Which of them.
    ///   - configuration: The ways out, the times and the clock; its endpoint and credential are not used.
    ///   - token: Gives the token; asked a second time when the first is no longer accepted.
    ///   - onDelay: Told before each wait: why, and how long.
    ///   - body: Takes the rows of the next page, oldest first.
    /// - Throws: ``ClientError``; what `token` or `body` throws; `CancellationError`.
    package static func forEachPage(
        of environment: DataverseEnvironment,
        _ query: DataverseQuery,
        _ configuration: ClientConfiguration,
        token: @escaping @Sendable () async throws -> String,
        onDelay: @escaping @Sendable (ClientError, Duration) -> Void,
        _ body: ([JSONObject]) throws -> Void
    ) async throws {
        let network = try Network(configuration)
        let reader = DataverseTranscripts(
            environment: environment,
            exchange: HTTPExchange(network, configuration),
            configuration: configuration,
            token: token,
            onDelay: onDelay
        )
        do {
            try await reader.read(query, body)
        } catch {
            await network.shutdown()
            throw error
        }
        await network.shutdown()
    }

    private func read(_ query: DataverseQuery, _ body: ([JSONObject]) throws -> Void) async throws {
        var bearer = try await token()
        var page: DataversePage
        do {
            page = try await get(environment.page(query, isExpanded: true), &bearer)
        } catch let error as ClientError where error.status == 400 {
            // Who may not read the table of bots is refused the whole query.
            page = try await get(environment.page(query, isExpanded: false), &bearer)
        }
        var trail = PageTrail(of: environment.authority, from: page.address)
        while true {
            try body(page.rows)
            guard let next = try page.next.get() else { return }
            try trail.follow(next, after: page.rows.count)
            page = try await get(next, &bearer)
        }
    }

    /// Gets a page, as often as it takes within the bounds; a read changes nothing, so that it can be repeated.
    private func get(_ address: WebURL, _ bearer: inout String) async throws -> DataversePage {
        var backoff = Backoff(seed: configuration.randomSeed ?? .random(in: 0 ... .max))
        var waited = Duration.zero
        var isRenewed = false
        var retry = 0
        while true {
            do {
                return try await getOnce(address, bearer)
            } catch let error as ClientError where error.status == 401 && !isRenewed {
                isRenewed = true
                let fresh = try await token()
                guard fresh != bearer else { throw error }
                bearer = fresh
            } catch let error as ClientError where error.mayPass {
                retry += 1
                let delay = backoff.delay(beforeRetry: retry, atLeast: error.retryAfter)
                waited += delay
                guard retry <= Self.retryLimit, waited <= Self.patience else { throw error }
                onDelay(error, delay)
                try await configuration.clock.sleep(for: delay)
            }
        }
    }

    private func getOnce(_ address: WebURL, _ bearer: String) async throws -> DataversePage {
        let headers: HTTPHeaders = [
            "Accept": "application/json", "OData-MaxVersion": "4.0", "OData-Version": "4.0",
            "Prefer": "odata.maxpagesize=\(Self.pageSize)",
        ]
        let answer = try await exchange.get(address, bearer: bearer, headers: headers, limit: Self.pageLimit)
        guard answer.status == 200 else { throw ClientError(answer, of: environment, hiding: bearer) }
        guard let value = try? JSONValue(parsing: answer.body), let rows = value["value"]?.array else {
            throw ClientError(
                .protocolViolation,
                "\(environment.authority) is not a Dataverse environment (unexpected response)"
            )
        }
        return DataversePage(
            address: address,
            rows: rows.compactMap(\.object),
            next: Result { () throws(ClientError) in try environment.page(following: value) }
        )
    }
}

/// The way from page to page, which ends whatever an environment names as the next.
private struct PageTrail {
    private let authority: String
    private var seen: Set<WebURL>
    private var emptyCount = 0

    init(of authority: String, from first: WebURL) {
        self.authority = authority
        seen = [first]
    }

    /// Goes on to the next page.
    ///
    /// - Throws: ``ClientError`` with the code `protocolViolation` when the page was there before, or when too many
    ///   pages in a row had no rows.
    mutating func follow(_ next: WebURL, after rowCount: Int) throws(ClientError) {
        emptyCount = rowCount == 0 ? emptyCount + 1 : 0
        guard seen.insert(next).inserted else {
            throw ClientError(.protocolViolation, "\(authority) names the same page again as the next")
        }
        guard emptyCount < DataverseTranscripts.emptyPageLimit else {
            throw ClientError(
                .protocolViolation,
                "\(authority) gave \(emptyCount) empty pages in a row, and names another"
            )
        }
    }
}

/// Rows as they came, and where there are more.
private struct DataversePage {
    let address: WebURL
    let rows: [JSONObject]
    /// The next page, nil at the end; a link that cannot be followed is no reason to lose the rows.
    let next: Result<WebURL?, ClientError>
}

extension ClientError {
    /// Whether the same request may well succeed later.
    fileprivate var mayPass: Bool {
        switch code {
        case .throttled, .interrupted, .timedOut: true
        default: status.map { (500...599).contains($0) } ?? false
        }
    }

    /// An answer of Dataverse that is no success, with what to do about it.
    fileprivate init(_ answer: HTTPExchange.Answer, of environment: DataverseEnvironment, hiding token: String) {
        let general = ClientError(answer, from: environment.authority, hiding: token)
        let lead: (Code, String)? =
            switch answer.status {
            case 400: (.rejected, "refuses the query (400)")
            case 401: (.unauthorized, "does not accept the token (401); get one for \(environment.origin)/.default")
            case 403:
                (
                    .unauthorized,
                    "accepts the token, but its account may not read transcripts there (403); "
                        + "give it the role Bot Transcript Viewer in this environment"
                )
            case 404:
                (
                    .notFound,
                    "is not a Dataverse environment (404); "
                        + "the Power Platform admin center tells its address, such as https://contoso.crm.dynamics.com"
                )
            case 429: (.throttled, "is rate-limiting (429)")
            case 500...599: (.serviceFailed, "has failed (\(answer.status))")
            default: nil
            }
        guard let (code, words) = lead else {
            self = general
            return
        }
        self.init(
            code,
            "\(environment.authority) \(words)" + (general.detail.map { ": \($0)" } ?? ""),
            status: answer.status,
            retryAfter: general.retryAfter,
            detail: general.detail
        )
    }
}
