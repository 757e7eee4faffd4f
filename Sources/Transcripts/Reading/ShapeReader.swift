import BotSchema

/// Finds the activities in JSON documents of whatever shape.
struct ShapeReader {
    /// What had to be mended or left out.
    var log = RepairLog()
    private var pascalCased = 0
    private var numericRoles = 0
    private var numericTimes = 0
    /// Which number of a role is the user's.
    var userNumber = 1
    /// Whether there is a transcript at all.
    var evidence = TranscriptEvidence()
    /// The activities of a trace, which a service may send again.
    private var tracedIds: Set<String> = []

    /// What a document holds.
    struct Finding {
        var activities: [Activity]
        var form: TranscriptForm
        var envelope: JSONObject?
        /// What each record of an export holds.
        var parts: [ExportPart] = []
        /// Whether the document may be written again as it was read.
        var keepsSource = true

        mutating func add(_ activities: [Activity], of record: ExportRecord?) {
            let start = self.activities.count
            self.activities += activities
            parts.append(ExportPart(range: start..<self.activities.count, record: record))
        }
    }

    /// Why a document is no transcript.
    struct Mismatch: Error {
        let reason: String
    }

    /// Notes what holds for many activities in one line each.
    mutating func finish() {
        if pascalCased > 0 {
            log.note(
                "\(pascalCased.activities)",
                "members that begin with capitals, read as the specification spells them"
            )
            pascalCased = 0
        }
        if numericRoles > 0 {
            let words = "\(1 - userNumber) read as bot and \(userNumber) as user"
            log.note("\(numericRoles.activities)", "roles that are numbers, \(words)")
            numericRoles = 0
        }
        if numericTimes > 0 {
            log.note("\(numericTimes.activities)", "timestamps that are numbers, read as time since 1970")
            numericTimes = 0
        }
    }

    /// Reads a document.
    mutating func read(_ value: JSONValue, at path: String, depth: Int = 0) throws(Mismatch) -> Finding {
        guard depth < 8 else { throw Mismatch(reason: "at \(path): too many envelopes within one another") }
        if depth == 0, let foreign = ForeignDocument.read(value) {
            if foreign.activities.isEmpty, let remark = foreign.remarks.last {
                throw Mismatch(reason: "at \(remark.place): \(remark.text)")
            }
            for remark in foreign.remarks { log.note(remark.place, remark.text, isCut: remark.isCut) }
            return Finding(activities: foreign.activities, form: .export, keepsSource: false)
        }
        switch value {
        case .array(let entries):
            if let first = entries.first?.object, isEnvelope(first) { return try several(entries, at: path, depth) }
            return Finding(activities: activities(entries, at: path), form: .array)
        case .object(let object): return try read(object, at: path, depth)
        case .string(let text) where depth < 2:
            let inner: JSONValue
            do throws(JSONParseError) { inner = try JSONValue(parsing: text) } catch { throw mismatch(value, at: path) }
            var finding = try read(inner, at: path, depth: depth + 2)
            log.note(path, "JSON within a text")
            finding.form = .export
            return finding
        default: throw mismatch(value, at: path)
        }
    }

    /// Where a value stands that is read by itself.
    enum Place { case root, list, namedList }

    /// Reads a value that stands alone or in a list: an activity, or an envelope of some.
    mutating func streamed(_ value: JSONValue, at path: String, in place: Place) throws(Mismatch) -> [Activity] {
        if place == .root || value.object.map(isEnvelope) == true {
            return try read(value, at: path, depth: place == .root ? 0 : 1).activities
        }
        return activities([value], at: path, isAlone: true, isNamed: place == .namedList)
    }

    /// Notes that a service has sent a part only.
    mutating func noteNextPage() {
        log.note("$", "this is one page of several; the rest, at its nextLink, is not read")
    }

    /// Whether a member tells where the next page is.
    static func isNextLink(_ name: String) -> Bool { ["@odata.nextLink", "odata.nextLink", "nextLink"].contains(name) }

    private mutating func read(_ object: JSONObject, at path: String, _ depth: Int) throws(Mismatch) -> Finding {
        if let line = OwnLine(object) { return read(line, at: path) }
        if depth == 0, object.entries.contains(where: { Self.isNextLink($0.key) && $0.value.string?.isEmpty == false })
        {
            noteNextPage()
        }
        let type = TranscriptEvidence.type(of: object)
        let isTyped = type != nil
        if let (name, list) = object.list(named: "activities"), !isTyped || name == "activities" {
            return try read(list, named: name, in: object, as: .activitySet, at: path)
        }
        if !isTyped, let (name, list) = object.list(named: "transcript") {
            return try read(list, named: name, in: object, as: .transcriptObject, at: path)
        }
        if !isTyped, let (name, content) = object.list(named: "content") {
            return try attached(content, named: name, at: path, depth)
        }
        if type == "AdaptiveCard" { return card(object, at: path) }
        if isTyped {
            return Finding(activities: activities([.object(object)], at: path, isAlone: true), form: .activity)
        }
        // Exports put a list of conversations under a name of their own.
        for entry in object.entries {
            guard let elements = entry.value.array, let first = elements.first?.object else { continue }
            let place = "\(path).\(entry.key)"
            if isEnvelope(first) { return try several(elements, at: place, depth) }
            if TranscriptEvidence.isActivity(first) {
                return Finding(activities: activities(elements, at: place), form: .export)
            }
        }
        // An activity that lost its type is kept, and not shown (A2008).
        if TranscriptEvidence.isActivity(object) {
            return Finding(activities: activities([.object(object)], at: path, isAlone: true), form: .activity)
        }
        throw mismatch(.object(object), at: path)
    }

    /// A card by itself, as designers of cards save it: a message with it, so that it can be looked at.
    private mutating func card(_ card: JSONObject, at path: String) -> Finding {
        evidence.accept()
        log.note(path, "an Adaptive Card by itself, read as a message that holds it")
        var message = Activity(type: .message)
        message.attachments = [
            Attachment(contentType: "application/vnd.microsoft.card.adaptive", content: .object(card))
        ]
        return Finding(activities: [message], form: .activity)
    }

    private mutating func read(_ line: OwnLine, at path: String) -> Finding {
        switch line {
        case .remark: return Finding(activities: [], form: .sequence)
        case .activity(let activity):
            return Finding(
                activities: activities([activity], at: path, isAlone: true, isNamed: true),
                form: .sequence
            )
        case .set(let set):
            let fresh = activities(set["activities"]?.array ?? [], at: path, isNamed: true).filter { activity in
                activity.id.map { tracedIds.insert($0).inserted } ?? true
            }
            return Finding(activities: fresh, form: .sequence)
        }
    }

    private func mismatch(_ value: JSONValue, at path: String) -> Mismatch {
        if let reason = Self.failure(in: value) { return Mismatch(reason: reason) }
        return Mismatch(
            reason: "at \(path): expected a list of activities, an object with 'activities' or 'transcript', "
                + "an attachment or an activity, found \(value.kind)"
        )
    }

    /// What a service says that refused to answer.
    private static func failure(in value: JSONValue) -> String? {
        guard let object = value.object else { return nil }
        let error = object["error"]?.object
        guard let message = error?["message"]?.string ?? object["error_description"]?.string, !message.isEmpty else {
            return nil
        }
        let code = error?["code"] ?? object["error"]
        let words = code?.string ?? code.flatMap { $0.int.map(String.init) }
        return "the service answered with an error: \(message)" + (words.map { $0.isEmpty ? "" : " (\($0))" } ?? "")
    }

    func isEnvelope(_ object: JSONObject) -> Bool {
        if OwnLine(object) != nil { return true }
        guard object["type"] == nil, object["Type"] == nil else { return false }
        for name in ["activities", "transcript", "content"] {
            guard let (_, value) = object.list(named: name) else { continue }
            if value.array != nil || name == "content" { return true }
        }
        return false
    }

    private mutating func several(_ values: [JSONValue], at path: String, _ depth: Int) throws(Mismatch) -> Finding {
        var all = Finding(activities: [], form: .export)
        let records = values.map { $0.object.flatMap(ExportRecord.init) }
        for index in inOrder(records) {
            do throws(Mismatch) {
                let part = try read(values[index], at: "\(path)[\(index)]", depth: depth + 1)
                all.add(part.activities, of: records[index])
            } catch {
                log.note("\(path)[\(index)]", error.reason + "; left out")
                evidence.doubt(error.reason)
            }
        }
        return all
    }

    /// The order in which records are read.
    mutating func inOrder(_ records: [ExportRecord?]) -> [Int] {
        let order = ExportRecord.order(of: records)
        if order != Array(records.indices) {
            log.note("\(records.count) records", "out of order, read by name, start and batch")
            let nameless = records.count { $0 == nil }
            if nameless > 0, nameless < records.count {
                log.note("\(nameless) of them", "without a name, read last and as no session")
            }
        }
        return order
    }

    private mutating func read(
        _ list: JSONValue,
        named name: String,
        in object: JSONObject,
        as form: TranscriptForm,
        at path: String
    ) throws(Mismatch) -> Finding {
        guard let entries = list.array else {
            throw Mismatch(reason: "at \(path).\(name): expected a list of activities, found \(list.kind)")
        }
        if name != name.lowercased() { log.note("\(path).\(name)", "the list's name begins with a capital") }
        var envelope = object
        envelope[name] = []
        let activities = activities(entries, at: "\(path).\(name)", isNamed: true)
        return Finding(activities: activities, form: form, envelope: envelope)
    }

    private mutating func attached(
        _ content: JSONValue,
        named name: String,
        at path: String,
        _ depth: Int
    ) throws(Mismatch) -> Finding {
        var content = content
        if let text = content.string {
            content = try document(in: text, at: "\(path).\(name)")
        }
        guard content.object?["content"] == nil else {
            throw Mismatch(reason: "at \(path).\(name): expected activities, found another attachment")
        }
        var finding = try read(content, at: "\(path).\(name)", depth: depth + 1)
        finding.form = .attachment
        return finding
    }

    /// Exports cut long texts, so that what is whole must do.
    mutating func document(in text: String, at path: String) throws(Mismatch) -> JSONValue {
        do throws(JSONParseError) {
            return try JSONValue(parsing: text)
        } catch {
            var scanner = ActivityScanner()
            var builder = DocumentBuilder()
            let pieces = scanner.take(Array(text.utf8)) + scanner.finish()
            for piece in pieces { builder.take(piece) }
            guard builder.documents.count == 1, let document = builder.documents.first, document.holdsEntries else {
                throw Mismatch(reason: "at \(path): expected JSON within the text, \(error)")
            }
            for case .remark(let offset, let text, let isCut) in pieces {
                log.note("\(path), byte \(offset) of the text", text, isCut: isCut)
            }
            return document
        }
    }

    /// The activities among the entries of a list.
    ///
    /// - Parameters:
    ///   - entries: The list, or what stands alone.
    ///   - path: Where it is.
    ///   - isAlone: Whether the path is that of the only entry.
    ///   - isNamed: Whether the list has a name that says what it holds.
    /// - Returns: Those that are objects; what is left out is noted.
    mutating func activities(
        _ entries: [JSONValue],
        at path: String,
        isAlone: Bool = false,
        isNamed: Bool = false
    ) -> [Activity] {
        if isNamed, !entries.isEmpty { evidence.accept() }
        var activities: [Activity] = []
        activities.reserveCapacity(entries.count)
        for (index, entry) in entries.enumerated() {
            func place() -> String { isAlone ? path : "\(path)[\(index)]" }
            guard var activity = Activity(entry) else {
                log.note(place(), "expected an activity, found \(entry.kind); left out")
                evidence.doubt("at \(place()): expected an activity, found \(entry.kind)")
                continue
            }
            evidence.take(activity.json, at: place())
            var oddities = ActivitySpelling.Oddities(activity.json)
            if !oddities.hasType {
                if ActivitySpelling.isPascalCase(activity.json) {
                    activity.json = ActivitySpelling.camelCased(activity.json)
                    oddities = ActivitySpelling.Oddities(activity.json)
                    pascalCased += 1
                }
                // Kept: readers must not process it (A2008), but a save must not lose it.
                if !oddities.hasType { log.note(place(), "an activity without a type; kept, not shown") }
            }
            if oddities.hasNumericRole { numericRoles += 1 }
            if oddities.hasNumericTime { numericTimes += 1 }
            activities.append(activity)
        }
        return activities
    }
}

extension Int {
    fileprivate var activities: String { self == 1 ? "1 activity" : "\(self) activities" }
}

extension JSONObject {
    /// A member by name in any case of letters, exact spelling first.
    fileprivate func list(named name: String) -> (name: String, value: JSONValue)? {
        if let value = self[name] { return (name, value) }
        return entries.last { $0.key.lowercased() == name }.map { ($0.key, $0.value) }
    }
}

extension JSONValue {
    /// Whether a list or an object of something is here, such as may hold activities.
    var holdsEntries: Bool {
        switch self {
        case .array(let elements): !elements.isEmpty
        case .object(let object): !object.isEmpty
        default: false
        }
    }

    /// The kind in words.
    var kind: String {
        switch self {
        case .null: "null"
        case .bool: "a truth value"
        case .number: "a number"
        case .string: "text"
        case .array: "a list"
        case .object: "an object"
        }
    }
}
