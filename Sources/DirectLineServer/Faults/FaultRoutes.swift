import BotSchema
import HTTPTypes
import HummingbirdCore

/// The calls that control faults, for whoever has the secret: `/faults`.
struct FaultRoutes: Sendable {
    let control: FaultControl
    let gatekeeper: Gatekeeper

    /// Lists (GET), adds (POST with `{"fault":"socket-drop:3"}`) or clears (DELETE) faults.
    ///
    /// Each is answered with what is still to go wrong and everything that could.
    func answer(_ call: Call) async throws(HTTPFailure) -> Response {
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
