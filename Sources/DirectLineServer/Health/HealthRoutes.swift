import BotSchema
import HTTPTypes
import HummingbirdCore

/// The call of whoever watches the server: `/health`, without a credential.
///
/// It names parts and whether they work, and nothing else: why one does not is in the log.
struct HealthRoutes: Sendable {
    let monitor: HealthMonitor

    /// Answers 200 when every part works, else 503.
    func answer(_ call: Call) async -> Response {
        let states = await monitor.states()
        let isWell = states.allSatisfy(\.state.isWell)
        var body: JSONObject = ["status": isWell ? "ok" : "failing"]
        for (name, state) in states { body[name] = .string(state.rawValue) }
        var response = Response(isWell ? .ok : .serviceUnavailable, json: .object(body))
        if call.method == .head { response.body = ResponseBody() }
        return response
    }
}
