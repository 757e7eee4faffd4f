import BotSchema

/// Reads what Omnichannel for Customer Service keeps of chats: the table `annotation`, as its bulk export gives it, or
/// the list of messages that such an annotation holds in base64.
///
/// Source: Microsoft's description of the bulk download of transcripts.
struct OmnichannelReader {
    /// Files beyond this many characters of base64 are named and not carried along.
    private static let fileLimit = 8 << 20

    /// What an export holds that the conversation cannot show, in the order in which it is told.
    private enum Loss: String, CaseIterable {
        case noRecord = "records without a documentbody, left out"
        case noObject = "entries that are no objects, left out"
        case noContent = "entries without words and files, left out"
        case noFile = "files that are no objects, left out"
        case privateFile = "files of private messages, left out"
        case noBody = "files whose contents are missing, broken or too large, named alone"
    }

    private let transcripts: [(conversation: String, messages: [JSONValue])]
    /// The files that were exchanged, by the ids of their annotations.
    private var files: [String: JSONObject] = [:]
    private var remarks: [TranscriptRepair] = []
    /// How many there are of each.
    private var losses: [Loss: Int] = [:]

    /// Nil for what is neither.
    init?(_ value: JSONValue) {
        if let list = value.array, Self.holdsMessages(list) {
            transcripts = [("omnichannel", list)]
            return
        }
        let records = value["value"]?.array ?? value.array ?? [value]
        let annotations = records.compactMap(\.object).filter { $0["documentbody"] != nil }
        guard !annotations.isEmpty else { return nil }
        if annotations.count < records.count { losses[.noRecord] = records.count - annotations.count }
        var transcripts: [(conversation: String, messages: [JSONValue])] = []
        for (index, annotation) in annotations.enumerated() {
            let id = annotation["annotationid"]?.string ?? String(index + 1)
            if let messages = Self.messages(in: annotation["documentbody"]?.string ?? "") {
                transcripts.append((annotation["_objectid_value"]?.string ?? id, messages))
            } else if annotation["objecttypecode"]?.string == "msdyn_transcript" {
                let words = "no list of messages in its base64, left out"
                remarks.append(TranscriptRepair(place: "annotation \(id)", text: words))
            } else {
                files[id] = annotation
            }
        }
        self.transcripts = transcripts
    }

    /// The activities of all chats, each in the order of its times.
    consuming func read() -> ForeignDocument.Reading {
        var activities: [Activity] = []
        for (conversation, messages) in transcripts {
            var said: [Activity] = []
            for message in messages {
                if let activity = activity(of: message, in: conversation) { said.append(activity) }
            }
            let sorted = Transcript(activities: said).sortedByTime().activities
            if sorted != said { remark("chat \(conversation)", "messages out of order, read by their times") }
            activities += sorted
        }
        for loss in Loss.allCases {
            if let count = losses[loss] { remark("$", "\(loss.rawValue): \(count)") }
        }
        if transcripts.isEmpty {
            remark("$", "annotations with files alone: export those of msdyn_transcript as well")
        }
        return ForeignDocument.Reading(activities: activities, remarks: remarks)
    }

    private mutating func remark(_ place: String, _ text: String) {
        remarks.append(TranscriptRepair(place: place, text: text))
    }

    /// Any entry tells, since the first may hold a file alone, but none beside an activity: one odd entry makes no
    /// transcript an export.
    private static func holdsMessages(_ list: [JSONValue]) -> Bool {
        list.contains(where: isMessage) && !list.contains { $0["type"] != nil }
    }

    private static func isMessage(_ value: JSONValue) -> Bool {
        guard let object = value.object, object["content"]?.string != nil || object["attachments"]?.array != nil
        else { return false }
        return object["createdDateTime"] != nil || object["isControlMessage"] != nil
    }

    private static func messages(in base64: String) -> [JSONValue]? {
        guard let bytes = Base64.decode(base64), let value = try? JSONValue(parsing: SourceText(bytes).bytes),
            let list = value.array, list.isEmpty || holdsMessages(list)
        else { return nil }
        return list
    }

    // MARK: - Messages

    private mutating func activity(of value: JSONValue, in conversation: String) -> Activity? {
        guard let message = value.object else {
            losses[.noObject, default: 0] += 1
            return nil
        }
        // A message of files alone has no content.
        let files = message["attachments"]?.array ?? []
        let words = message["content"]?.string
        let isControl = message["isControlMessage"]?.bool == true
        let isDeleted = message["deleted"]?.bool == true
        guard words != nil || (!isControl && (isDeleted || !files.isEmpty)) else {
            losses[.noContent, default: 0] += 1
            return nil
        }
        let tags = (message["tags"]?.string ?? "").split(separator: ",").map { $0.trimmed.lowercased() }
        var activity: Activity
        if isControl {
            activity = Self.control(words ?? "")
        } else if isDeleted {
            activity = Activity(type: .messageDelete)
        } else if tags.contains("private") {
            // What agents say among themselves was never said to the customer.
            activity = .event("omnichannel.privateMessage", value: ["text": .string(words ?? "")])
            if !files.isEmpty { losses[.privateFile, default: 0] += files.count }
        } else {
            activity = Activity(type: .message)
            activity.text = words
            if let words {
                activity.textFormat = Self.isMarkup(words, message["contentType"]?.string) ? "xml" : "plain"
            }
        }
        if let id = message["id"]?.string { activity.id = id }
        activity.timestamp = message["createdDateTime"]?.string ?? message["created"]?.string
        activity.channelId = "omnichannel"
        activity.conversation = ConversationAccount(id: conversation)
        if let sender = Self.sender(message["from"], tags) { activity.from = sender }
        if activity.type == .message { activity.attachments = files.compactMap { attachment($0) } }
        var data = JSONObject()
        for name in ["tags", "deliveryMode"] {
            if let value = message[name], value != .null { data[name] = value }
        }
        if !data.isEmpty { activity.channelData = .object(data) }
        return activity
    }

    private static func isMarkup(_ content: String, _ type: String?) -> Bool {
        type?.lowercased() == "html" || (content.hasPrefix("<") && content.hasSuffix(">"))
    }

    /// Who comes and who goes.
    private static func control(_ content: String) -> Activity {
        var activity = Activity(type: .conversationUpdate)
        let targets = content.matches(of: /<target>([^<]*)<\/target>/).map { ChannelAccount(id: String($0.output.1)) }
        if content.hasPrefix("<deletemember") {
            activity.membersRemoved = targets
        } else {
            activity.membersAdded = targets
        }
        let initiator = content.firstMatch(of: /<initiator>([^<]+)<\/initiator>/).map { String($0.output.1) }
        activity.from = ChannelAccount(id: initiator ?? "omnichannel", role: "bot")
        return activity
    }

    private static func sender(_ from: JSONValue?, _ tags: [String]) -> ChannelAccount? {
        let kinds = ["user", "application", "guest", "phone", "encrypted", "onPremises", "applicationInstance"]
        guard let kind = kinds.first(where: { from?[$0]?.object != nil }), let account = from?[kind] else { return nil }
        let name = account["displayName"]?.string
        let id = account["id"]?.string ?? name ?? kind
        let role =
            switch kind {
            // A customer of whom nothing is known is called so, whichever way the line came.
            case _ where name == "Customer": "user"
            case "user": "agent"
            case "application" where id.hasPrefix("28:") || tags.contains("system") || tags.contains("public"): "bot"
            case "application" where name == "DynamicsBot": "bot"
            default: "user"
            }
        return ChannelAccount(id: id, name: name, role: role)
    }

    private mutating func attachment(_ value: JSONValue) -> Attachment? {
        guard let file = value.object else {
            losses[.noFile, default: 0] += 1
            return nil
        }
        let record = file["annotationid"]?.string.flatMap { files[$0] }
        let name = file["name"]?.string ?? record?["filename"]?.string ?? "file"
        let type = record?["mimetype"]?.string ?? MediaTypes.type(ofFile: name)
        var attachment = Attachment(json: ["contentType": .string(type), "name": .string(name)])
        attachment.contentURL = file["sourceUrl"]?.string
        if let body = record?["documentbody"]?.string, body.utf8.count <= Self.fileLimit, Base64.decode(body) != nil {
            attachment.contentURL = "data:\(type);base64,\(body.filter { !$0.isWhitespace })"
        }
        if attachment.contentURL == nil { losses[.noBody, default: 0] += 1 }
        return attachment
    }
}
