/// Some activities and the position behind them, as polls and stream frames carry them.
public struct ActivitySet: JSONObjectRepresentable {
    /// The whole object, known and unknown members alike.
    public var json: JSONObject

    /// Wraps an object as it is.
    public init(json: JSONObject) { self.json = json }

    /// A set with the position behind its last activity.
    public init(activities: [Activity], watermark: String?) {
        json = ["activities": .array(activities.map(\.jsonValue))]
        self.watermark = watermark
    }

    /// The activities in order; elements that are no objects are left out of the reading.
    public var activities: [Activity] {
        get { json.wrappedList("activities") }
        set { json["activities"] = .array(newValue.map(\.jsonValue)) }
    }

    /// An opaque position in the conversation; missing or null means "as before", never "from the start".
    public var watermark: String? {
        get { json["watermark"]?.string }
        set { json.set("watermark", newValue) }
    }
}
