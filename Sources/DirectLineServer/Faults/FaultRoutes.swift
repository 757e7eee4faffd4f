import BotSchema
import HTTPTypes
import HummingbirdCore

/// The calls that control faults, for whoever has the secret: `/faults`.
struct FaultRoutes: Sendable {
    let control: FaultControl
    let gatekeeper: Gatekeeper
    /// Whether there is a secret to show.
    let hasSecret: Bool

    /// Lists (GET), adds (POST with `{"fault":"socket-drop:3"}`) or clears (DELETE) faults.
    ///
    /// Each is answered with what is still to go wrong and everything that could.
    ///
    /// Without a secret the browser is the only thing between a page and the faults, and any page can have it send a
    /// plain POST.
    func answer(_ call: Call) async throws(HTTPFailure) -> Response {
        if !hasSecret, call.request.headers.isFromPage {
            throw .forbidden("pages may not control faults of a server without a secret")
        }
        guard case .everything = try gatekeeper.bearer(call.authorization) else {
            throw .forbidden("a token does not control faults, the secret does")
        }
        switch call.method {
        case .post:
            let body = try await call.json(limit: 4096)
            let texts = body?["fault"]?.string.map { [$0] } ?? body?["faults"]?.array?.compactMap(\.string) ?? []
            guard !texts.isEmpty else {
                throw .missingProperty("the body names no fault, such as {\"fault\":\"half-open\"}")
            }
            var faults: [ServerFault] = []
            for text in texts {
                do {
                    faults.append(try ServerFault(text))
                } catch {
                    throw .badArgument(error.message)
                }
            }
            for fault in faults { control.add(fault) }
        case .delete: control.clear()
        default: break
        }
        let known: [JSONValue] = ServerFault.catalogue.map {
            ["name": .string($0.name), "usage": .string($0.usage), "summary": .string($0.summary)]
        }
        return Response(
            json: ["active": .array(control.active.map { .string($0.description) }), "known": .array(known)]
        )
    }
}

extension HTTPFields {
    /// Whether a web page made the browser send the request.
    ///
    /// Browsers leave out `Origin` with a GET for which the page gets no answer, and say so in `Sec-Fetch-Site`; what
    /// the person at the browser asked for is `none`.
    fileprivate var isFromPage: Bool {
        if self[.origin] != nil { return true }
        guard let name = HTTPField.Name("Sec-Fetch-Site"), let site = self[name] else { return false }
        return site != "none"
    }
}
