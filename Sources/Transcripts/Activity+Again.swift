package import BotSchema

extension Activity {
    /// What a user said or did, without what belongs to the recorded conversation alone, so that it can be said again.
    package var forSayingAgain: Activity {
        let passing: Set<String> = [
            "id", "timestamp", "localTimestamp", "localTimezone", "from", "recipient", "conversation", "channelId",
            "serviceUrl", "callerId", "replyToId", "relatesTo",
        ]
        var line = Activity(json: JSONObject(entries: json.entries.filter { !passing.contains($0.key) }))
        if var data = line.channelData?.object {
            data["clientActivityID"] = nil
            data["baton"] = nil
            line.channelData = data.isEmpty ? nil : .object(data)
        }
        return line
    }

    /// A user's activity in words: its text, its name or its value.
    package var spokenWords: String { text ?? name ?? value?.compactText ?? type?.rawValue ?? "" }
}
