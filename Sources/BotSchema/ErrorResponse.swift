/// The error body of Direct Line and of the Connector API.
public struct ErrorResponse: JSONObjectRepresentable, Error {
    /// The whole object, known and unknown members alike.
    public var json: JSONObject

    /// Wraps an object as it is.
    public init(json: JSONObject) { self.json = json }

    /// An error of a code for programs and a message for people.
    ///
    /// - Parameters:
    ///   - code: The code for programs.
    ///   - message: The message for people.
    ///   - httpStatusCode: The bot's own status, for failures of a bot only.
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
