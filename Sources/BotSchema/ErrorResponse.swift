/// The error body of Direct Line and of the Connector API.
public struct ErrorResponse: JSONObjectRepresentable, Error {
    public var json: JSONObject

    public init(json: JSONObject) { self.json = json }

    /// An error of a code for programs and a message for people.
    ///
    /// - Parameter httpStatusCode: The bot's own status, for failures of a bot only.
    public init(code: String, message: String, httpStatusCode: Int? = nil) {
        json = ["error": ["code": .string(code), "message": .string(message)]]
        if let httpStatusCode { json["httpStatusCode"] = .number(JSONNumber(httpStatusCode)) }
    }

    /// The code for programs, such as `BotError` or `TokenExpired`.
    public var code: String? { json["error"]?["code"]?.string }

    /// The message for people.
    public var message: String? { json["error"]?["message"]?.string }

    /// The bot's status when the bot is what failed.
    public var botStatus: Int? { json["httpStatusCode"]?.int }
}
