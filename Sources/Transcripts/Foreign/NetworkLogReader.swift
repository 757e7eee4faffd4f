import BotSchema

/// Finds what went over Direct Line in a browser's network log (HAR 1.2).
///
/// Answers to polls, frames of the stream (`_webSocketMessages`, as Chrome and Edge write them) and what the page posted
/// are put in the order in which the browser saw them. An activity that came several times is kept once; another version
/// of it, such as an edit, stays. What was posted gives way to its echo, which has its id and time.
struct NetworkLogReader {
    /// An activity with when and how it was seen.
    private struct Sighting {
        let time: Int64
        var activity: Activity
        let isPosted: Bool
    }

    private let entries: [JSONValue]
    private var sightings: [Sighting] = []
    private var remarks: [(place: String, text: String)] = []

    /// Nil for what is no network log.
    init?(_ value: JSONValue) {
        guard let entries = value["log"]?["entries"]?.array else { return nil }
        self.entries = entries
    }

    /// The activities, and what could not be read.
    consuming func read() -> ForeignDocument.Reading {
        for (index, entry) in entries.enumerated() { take(entry, at: "$.log.entries[\(index)]") }
        let ordered = sightings.enumerated().sorted { ($0.element.time, $0.offset) < ($1.element.time, $1.offset) }
        let activities = Self.once(ordered.map(\.element))
        if activities.isEmpty {
            remarks.append(("$.log", "no activity of Direct Line; record it with the contents of the answers"))
        } else {
            remarks.append(("$.log", "a network log, of which the conversation alone is read"))
        }
        return ForeignDocument.Reading(activities: activities, remarks: remarks)
    }

    // MARK: - Entries

    private mutating func take(_ entry: JSONValue, at place: String) {
        let start = entry["startedDateTime"]?.string.flatMap { Timestamp($0) }?.milliseconds ?? 0
        if let frames = entry["_webSocketMessages"]?.array {
            for frame in frames { take(frame: frame, from: start) }
            return
        }
        guard let url = entry["request"]?["url"]?.string, let conversation = Self.conversation(in: url) else { return }
        switch entry["request"]?["method"]?.string?.uppercased() {
        case "GET"?:
            guard let text = Self.text(of: entry["response"]?["content"]) else {
                if entry["response"]?["status"]?.int == 200 {
                    remarks.append((place, "an answer whose contents were not recorded, left out"))
                }
                return
            }
            add(set: text, at: start + Int64(entry["time"]?.double?.rounded() ?? 0))
        case "POST"?:
            guard var activity = Self.activity(in: entry["request"]?["postData"]?["text"]?.string) else { return }
            let id = Self.text(of: entry["response"]?["content"]).flatMap { try? JSONValue(parsing: $0)["id"]?.string }
            if activity.id == nil, let id { activity.id = id }
            if activity.timestamp == nil, start > 0 { activity.timestamp = Timestamp(milliseconds: start).text }
            if activity.conversation?.id == nil { activity.conversation = ConversationAccount(id: conversation) }
            sightings.append(Sighting(time: start, activity: Self.ofUser(activity), isPosted: true))
        default: return
        }
    }

    private mutating func take(frame: JSONValue, from start: Int64) {
        guard frame["type"]?.string == "receive", let text = frame["data"]?.string, text.contains("\"activities\"")
        else {
            return
        }
        let seconds = frame["time"]?.double.flatMap { $0.magnitude < 1e12 ? $0 : nil }
        add(set: text, at: seconds.map { Int64(($0 * 1000).rounded()) } ?? start)
    }

    private mutating func add(set text: String, at time: Int64) {
        guard let list = (try? JSONValue(parsing: text))?["activities"]?.array else { return }
        for activity in list.compactMap({ Activity($0) }) {
            sightings.append(Sighting(time: time, activity: activity, isPosted: false))
        }
    }

    /// The id of the conversation whose activities an address names; nil for every other address.
    private static func conversation(in url: String) -> String? {
        let path = url.prefix { $0 != "?" && $0 != "#" }.split(separator: "/")
        guard path.last == "activities", path.count > 3, path[path.count - 3] == "conversations" else { return nil }
        return PercentEscapes.decoded(path[path.count - 2])
    }

    private static func text(of content: JSONValue?) -> String? {
        guard let text = content?["text"]?.string else { return nil }
        guard content?["encoding"]?.string == "base64" else { return text }
        return Base64.decode(text).map { String(decoding: $0, as: UTF8.self) }
    }

    private static func activity(in text: String?) -> Activity? {
        guard let text, let activity = Activity(try? JSONValue(parsing: text)), activity.type != nil else { return nil }
        return activity
    }

    // MARK: - Each once

    private static func once(_ sightings: [Sighting]) -> [Activity] {
        var activities: [Activity] = []
        /// Where something posted stands whose echo has not come.
        var awaited: [String: Int] = [:]
        var seen: Set<Activity> = []
        for sighting in sightings {
            let activity = sighting.activity
            let keys = [activity.id, activity.clientActivityID.map { "client " + $0 }].compactMap(\.self)
            if sighting.isPosted {
                // The stream may have been faster than the answer to the post.
                if let id = activity.id, let place = activities.lastIndex(where: { $0.id == id }) {
                    activities[place] = ofUser(activities[place])
                    continue
                }
                for key in keys { awaited[key] = activities.count }
                activities.append(activity)
            } else if let place = keys.lazy.compactMap({ awaited[$0] }).first {
                seen.insert(activity)
                activities[place] = ofUser(activity)
                awaited = awaited.filter { $0.value != place }
            } else if activity.id == nil || seen.insert(activity).inserted {
                activities.append(activity)
            }
        }
        return activities
    }

    /// What the page posted is the user's, whatever the service leaves out.
    private static func ofUser(_ activity: Activity) -> Activity {
        guard var from = activity.from, from.role == nil else { return activity }
        var activity = activity
        from.role = "user"
        activity.from = from
        return activity
    }
}

/// The encoding of bytes in addresses (RFC 3986, 2.1).
private enum PercentEscapes {
    static func decoded(_ text: Substring) -> String {
        DataURI("data:,\(text)").map(\.text) ?? String(text)
    }
}
