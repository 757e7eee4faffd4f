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
        let activity: Activity
        let origin: Origin
    }

    /// How an activity came into the log.
    private enum Origin {
        case received
        case posted
        /// Posted without success: it was said only if the service echoed it all the same.
        case failed(Failure)
    }

    /// Why a line that was posted did not reach the conversation.
    private enum Failure: Hashable {
        case unanswered
        case refused(status: Int)

        /// Nil for a status of success, and for none, which some tools do not write.
        init?(status: Int?) {
            switch status {
            case 0?: self = .unanswered
            case let status? where status >= 400: self = .refused(status: status)
            default: return nil
            }
        }

        func words(_ count: Int) -> String {
            let lines = count == 1 ? "a line" : "\(count) lines"
            return switch self {
            case .unanswered: "\(lines) that the page gave up before the service answered, left out"
            case .refused(let status): "\(lines) that the service refused with \(status), left out"
            }
        }
    }

    private let entries: [JSONValue]
    private var sightings: [Sighting] = []
    private var remarks: [TranscriptRepair] = []

    /// Nil for what is no network log.
    init?(_ value: JSONValue) {
        guard let entries = value["log"]?["entries"]?.array else { return nil }
        self.entries = entries
    }

    /// The activities, and what could not be read.
    consuming func read() -> ForeignDocument.Reading {
        for (index, entry) in entries.enumerated() { take(entry, at: "$.log.entries[\(index)]") }
        let ordered = sightings.enumerated().sorted { ($0.element.time, $0.offset) < ($1.element.time, $1.offset) }
        let (activities, failures) = Self.once(ordered.map(\.element))
        for (failure, count) in failures { remark("$.log", failure.words(count)) }
        if !activities.isEmpty {
            remark("$.log", "a network log; only the conversation in it is read")
        } else if let cause = remarks.first {
            remark("$.log", "no activity of Direct Line that can be read; \(cause)")
        } else {
            remark("$.log", "no activity of Direct Line; record it with the contents of the answers")
        }
        return ForeignDocument.Reading(activities: activities, remarks: remarks)
    }

    private mutating func remark(_ place: String, _ text: String, isCut: Bool = false) {
        remarks.append(TranscriptRepair(place: place, text: text, isCut: isCut))
    }

    // MARK: - Entries

    private mutating func take(_ entry: JSONValue, at place: String) {
        let start = entry["startedDateTime"]?.string.flatMap { Timestamp($0) }?.milliseconds ?? 0
        let url = entry["request"]?["url"]?.string
        if let frames = entry["_webSocketMessages"]?.array {
            take(frames: frames, isStream: url.flatMap { Self.conversation(in: $0, of: "stream") } != nil, start, place)
            return
        }
        guard let url, let conversation = Self.conversation(in: url, of: "activities") else { return }
        switch entry["request"]?["method"]?.string?.uppercased() {
        case "GET"?:
            let duration = entry["time"]?.double.flatMap { $0.magnitude < 1e12 ? $0 : nil } ?? 0
            take(answer: entry, at: start + Int64(duration.rounded()), place)
        case "POST"?: take(post: entry, to: conversation, at: start, place)
        default: return
        }
    }

    private mutating func take(answer entry: JSONValue, at time: Int64, _ place: String) {
        // What an answer without success says is no part of the conversation.
        let status = entry["response"]?["status"]?.int
        guard status.map({ (200..<300).contains($0) }) != false else { return }
        switch Content(entry["response"]?["content"]) {
        case .text(let text) where add(set: text, at: time, place): return
        case .text: remark(place, "an answer that is cut or no JSON, left out", isCut: true)
        case .brokenBase64: remark(place, "an answer whose base64 is broken, left out", isCut: true)
        case .missing where status == 200: remark(place, "an answer whose contents were not recorded, left out")
        case .missing: return
        }
    }

    private mutating func take(post entry: JSONValue, to conversation: String, at start: Int64, _ place: String) {
        let failure = Failure(status: entry["response"]?["status"]?.int)
        guard let text = entry["request"]?["postData"]?["text"]?.string, !text.isEmpty else {
            if failure == nil { remark(place, "a line that was posted, whose contents were not recorded, left out") }
            return
        }
        guard var activity = Self.activity(in: text) else {
            if failure == nil { remark(place, "a line that was posted, cut or no activity, left out", isCut: true) }
            return
        }
        if activity.id == nil, failure == nil, case .text(let answer) = Content(entry["response"]?["content"]) {
            activity.id = (try? JSONValue(parsing: answer))?["id"]?.string
        }
        if activity.timestamp == nil, start > 0 { activity.timestamp = Timestamp(milliseconds: start).text }
        if activity.conversation?.id == nil { activity.conversation = ConversationAccount(id: conversation) }
        let origin = failure.map(Origin.failed) ?? .posted
        sightings.append(Sighting(time: start, activity: Self.ofUser(activity), origin: origin))
    }

    /// Takes the frames of a socket; `isStream` says that its address is one of Direct Line.
    private mutating func take(frames: [JSONValue], isStream: Bool, _ start: Int64, _ place: String) {
        var unreadable = 0
        for frame in frames where frame["type"]?.string == "receive" {
            // Frames that control the connection, and empty ones that keep it alive, say nothing.
            let code = frame["opcode"]?.int ?? 1
            guard code < 8, let text = frame["data"]?.string, !text.allSatisfy(\.isWhitespace) else { continue }
            guard isStream || text.contains("\"activities\"") else { continue }
            let seconds = frame["time"]?.double.flatMap { $0.magnitude < 1e12 ? $0 : nil }
            if !add(set: text, at: seconds.map { Int64(($0 * 1000).rounded()) } ?? start, place) { unreadable += 1 }
        }
        guard unreadable > 0 else { return }
        let words = unreadable == 1 ? "a frame that is" : "\(unreadable) frames that are"
        remark(place, "\(words) cut or no JSON, left out", isCut: true)
    }

    /// Adds the activities of a set; false when the text is no JSON.
    private mutating func add(set text: String, at time: Int64, _ place: String) -> Bool {
        guard let value = try? JSONValue(parsing: text) else { return false }
        guard let list = value["activities"]?.array else { return true }
        let activities = list.compactMap { Activity($0) }
        sightings += activities.map { Sighting(time: time, activity: $0, origin: .received) }
        let others = list.count - activities.count
        if others > 0 { remark(place, "values that are no activities, left out: \(others)") }
        return true
    }

    /// The id of the conversation of which an address names a part; nil for every other address.
    private static func conversation(in url: String, of part: String) -> String? {
        let path = url.prefix { $0 != "?" && $0 != "#" }.split(separator: "/")
        guard let last = path.last, last == part, path.count > 3, path[path.count - 3] == "conversations" else {
            return nil
        }
        return PercentEscapes.decoded(path[path.count - 2])
    }

    /// What a log holds of the contents of an answer.
    private enum Content {
        case missing
        case brokenBase64
        case text(String)

        init(_ content: JSONValue?) {
            guard let text = content?["text"]?.string, !text.isEmpty else {
                self = .missing
                return
            }
            guard content?["encoding"]?.string == "base64" else {
                self = .text(text)
                return
            }
            self = Base64.decode(text).map { .text(String(decoding: $0, as: UTF8.self)) } ?? .brokenBase64
        }
    }

    private static func activity(in text: String) -> Activity? {
        guard let activity = Activity(try? JSONValue(parsing: text)), activity.type != nil else { return nil }
        return activity
    }

    // MARK: - Each once

    /// The activities, each once, and how many lines were posted in vain.
    private static func once(_ sightings: [Sighting]) -> (activities: [Activity], failures: [(Failure, Int)]) {
        var activities: [Activity] = []
        /// Where something posted stands whose echo has not come.
        var awaited: [String: Int] = [:]
        /// What was posted without success, by where it stands, until its echo comes.
        var failed: [Int: Failure] = [:]
        var seen: Set<Activity> = []
        for sighting in sightings {
            let activity = sighting.activity
            let keys = [activity.id, activity.clientActivityID.map { "client " + $0 }].compactMap(\.self)
            if case .received = sighting.origin {
                if let place = keys.lazy.compactMap({ awaited[$0] }).first {
                    seen.insert(activity)
                    activities[place] = ofUser(activity)
                    awaited = awaited.filter { $0.value != place }
                    failed[place] = nil
                } else if activity.id == nil || seen.insert(activity).inserted {
                    activities.append(activity)
                }
                continue
            }
            // The stream may have been faster than the answer to the post.
            if let id = activity.id, let place = activities.lastIndex(where: { $0.id == id }) {
                activities[place] = ofUser(activities[place])
                continue
            }
            if case .failed(let failure) = sighting.origin { failed[activities.count] = failure }
            for key in keys { awaited[key] = activities.count }
            activities.append(activity)
        }
        var counts: [(Failure, Int)] = []
        for (_, failure) in failed.sorted(by: { $0.key < $1.key }) {
            if let index = counts.firstIndex(where: { $0.0 == failure }) {
                counts[index].1 += 1
            } else {
                counts.append((failure, 1))
            }
        }
        return (activities.enumerated().filter { failed[$0.offset] == nil }.map(\.element), counts)
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
