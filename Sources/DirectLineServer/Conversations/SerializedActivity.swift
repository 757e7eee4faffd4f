package import BotSchema

/// An activity as a conversation keeps it: serialized once, for the store and for everybody who reads it.
package struct SerializedActivity: Hashable, Sendable {
    /// The id that the channel gave it; for a deletion, the id of what was deleted.
    package let id: String
    /// When the channel took it.
    package let time: Timestamp?
    /// The JSON object, compact.
    package let json: [UInt8]

    /// Serializes an activity that the channel has completed.
    package init(_ activity: Activity) {
        id = activity.id ?? ""
        time = activity.time
        json = activity.jsonValue.serialized()
    }

    /// The activity; nil for bytes that are none, which only a damaged store has.
    package var activity: Activity? { (try? JSONValue(parsing: json)).flatMap { Activity($0) } }
}
