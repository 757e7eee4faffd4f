public import BotSchema

/// Masks what tells who somebody is or lets others in, the same value always by the same mask.
///
/// Use one redactor for everything that belongs together: a value that occurs again gets the mask that it has, so that
/// a reader can still follow who is who. Nothing in the masks tells the values.
///
/// Masked are e-mail addresses and user principal names, telephone and payment card numbers, bank accounts, social
/// security numbers, IP addresses, web tokens, keys of clouds and forges, passwords and codes in addresses, members
/// whose name tells a secret, the names and directory ids of the people in the file, and words of one's own. Member
/// names, types, times and ids that say nothing about anybody stay.
public struct TranscriptRedactor: Hashable, Sendable {
    /// What was masked of one kind.
    public struct Count: Hashable, Sendable {
        /// How many different values.
        public var values = 0
        /// In how many places.
        public var places = 0

        /// A count; nothing masked by default.
        public init(values: Int = 0, places: Int = 0) {
            self.values = values
            self.places = places
        }
    }

    /// What is masked.
    public enum Scope: Hashable, Sendable {
        /// Whatever is found, in words and members.
        case everything
        /// Only members that are called as secrets are, such as `token`.
        case secrets
    }

    /// What was masked, by kind, such as `email`.
    public private(set) var report: [String: Count] = [:]
    /// How many different values were masked, by kind, those of the key included.
    public var counts: [String: Int] { kinds }
    /// What was masked, where it is to be restored some day.
    public private(set) var key: RedactionKey?

    let scope: Scope
    private var words: KnownWords
    /// What each value is called, without brackets, such as `email-1`.
    private var masks: [String: String] = [:]
    private var kinds: [String: Int] = [:]
    private var seen: Set<String> = []
    private var isCounting = true

    /// A redactor that has seen nothing, or what is in a key.
    ///
    /// - Parameters:
    ///   - scope: What is masked.
    ///   - words: Words that are masked wherever they stand.
    ///   - key: Takes what is masked, and tells what was masked before: the same value gets the same mask again.
    public init(scope: Scope = .everything, words: [String] = [], key: RedactionKey? = nil) {
        self.scope = scope
        self.key = key
        self.words = KnownWords()
        for word in words { self.words.add(word: word) }
        for entry in key?.values.entries ?? [] {
            guard let mask = RedactionKey.Mask(entry.key) else { continue }
            kinds[mask.kind] = max(kinds[mask.kind] ?? 0, mask.number)
            guard let kind = SensitiveText.Kind(rawValue: mask.kind) else { continue }
            let text = entry.value.string ?? entry.value.compactText
            let value = SensitiveText(Array(text.utf8)).spans.first { $0.kind == kind }?.value ?? text
            let identity = Self.identity(value, kind)
            if masks[identity] == nil { masks[identity] = "\(mask.kind)-\(mask.number)" }
            switch kind {
            case .name: self.words.add(name: text)
            case .word: self.words.add(word: text)
            case .id: self.words.add(word: text, as: .id)
            default: break
            }
        }
    }

    // MARK: - Activities and transcripts

    /// Takes note of the names that an activity tells, so that they are masked in what comes before it as well.
    public mutating func learn(_ activity: Activity) {
        guard scope == .everything else { return }
        learn(.object(activity.json), depth: 0)
    }

    /// The activity with what is sensitive masked, transcripts within its attachments as well.
    public mutating func redacted(_ activity: Activity) -> Activity {
        learn(activity)
        return Activity(json: redacted(activity.json, .detect, depth: 0))
    }

    /// The transcript with what is sensitive masked; what surrounds the activities as well, so that it can be written
    /// in the form in which it was read.
    public mutating func redacted(_ transcript: Transcript) -> Transcript {
        for activity in transcript.activities { learn(activity) }
        // What was read holds the activities once more.
        let isCounting = isCounting
        let source = transcript.source.flatMap { $0.activities == transcript.activities ? self.redacted($0.text) : nil }
        if source != nil { self.isCounting = false }
        defer { self.isCounting = isCounting }
        let activities = transcript.activities.map { self.redacted($0) }
        var redacted = Transcript(
            activities: activities,
            form: transcript.form,
            envelope: transcript.envelope.map { self.redacted($0, .detect, depth: 0) }
        )
        redacted.repairs = transcript.repairs
        redacted.parts = transcript.parts
        redacted.source = source.map { TranscriptSource(text: $0, activities: activities) }
        return redacted
    }

    private mutating func redacted(_ source: TranscriptSource.Text) -> TranscriptSource.Text {
        switch source {
        case .json(let documents): return .json(documents.map { redacted($0, .detect, depth: 0) })
        case .plain(let text): return .plain(redacted(text))
        case .table(let table):
            let header = table.rows.first ?? []
            return .table(
                table.mapCells { cell, row, column in
                    let rule: Rule =
                        row > 0 && header.indices.contains(column) ? .member(header[column], in: nil) : .detect
                    return redacted(cell, rule, depth: 0)
                }
            )
        }
    }

    /// Words with what is sensitive masked.
    public mutating func redacted(_ text: String) -> String {
        guard scope == .everything else { return text }
        return redacted(text, .detect, depth: 0)
    }

    /// An id with what is sensitive masked; long random ones stay, since they hold a conversation together.
    public mutating func redacted(id: String) -> String {
        guard scope == .everything else { return id }
        return redacted(id, .identifier, depth: 0)
    }

    // MARK: - Names that the file tells

    private mutating func learn(_ value: JSONValue, depth: Int) {
        guard depth < 32 else { return }
        switch value {
        case .object(let object):
            let account = ChannelAccount(json: object)
            let isPerson = account.role != "bot" && account.role != "skill"
            let isAgent = account.id?.hasPrefix(ChannelAccount.agentIdPrefix) == true
            for entry in object.entries {
                if let text = entry.value.string {
                    if isPerson || isAgent, SecretName.isPerson(entry.key) { words.add(name: text) }
                    if SecretName.kind(entry.key) == .id, text.utf8.count >= 8 { words.add(word: text, as: .id) }
                    if depth < 8, text.utf8.first == UInt8(ascii: "{") || text.utf8.first == UInt8(ascii: "["),
                        let inner = try? JSONValue(parsing: text)
                    {
                        learn(inner, depth: depth + 8)
                    }
                    continue
                }
                let isAccount = ["from", "recipient", "membersAdded", "membersRemoved", "mentioned"].contains(entry.key)
                for member in isAccount ? entry.value.array ?? [entry.value] : [] { learn(account: member) }
                learn(entry.value, depth: depth + 1)
            }
        case .array(let elements): for element in elements { learn(element, depth: depth + 1) }
        case .string, .number, .bool, .null: break
        }
    }

    private mutating func learn(account value: JSONValue) {
        guard let account = ChannelAccount(value), let name = account.name else { return }
        let isAgent = account.id?.hasPrefix(ChannelAccount.agentIdPrefix) == true
        let isMachine = account.role == "bot" || account.role == "skill"
        guard !isMachine || isAgent && account.id != ChannelAccount.agentHub.id else { return }
        words.add(name: name)
    }

    // MARK: - Masks

    private mutating func mask(_ spelling: JSONValue, _ kind: SensitiveText.Kind, value: String) -> String {
        let identity = Self.identity(value, kind)
        let name: String
        if let known = masks[identity] {
            name = known
        } else {
            kinds[kind.rawValue, default: 0] += 1
            name = "\(kind.rawValue)-\(kinds[kind.rawValue] ?? 0)"
            masks[identity] = name
        }
        if isCounting {
            report[kind.rawValue, default: Count()].places += 1
            if seen.insert(identity).inserted { report[kind.rawValue, default: Count()].values += 1 }
        }
        return key?.mask(spelling, as: name) ?? "[\(name)]"
    }

    /// Spaces within a number, or the case of an address, make no other number or address.
    private static func identity(_ value: String, _ kind: SensitiveText.Kind) -> String {
        switch kind {
        case .secret, .token, .key: kind.rawValue + ":" + value
        case .card, .phone, .ssn, .iban:
            kind.rawValue + ":"
                + value.lowercased().unicodeScalars.filter { $0.properties.isAlphabetic || ("0"..."9").contains($0) }
                .map(String.init).joined()
        case .email, .ip, .name, .word, .id: kind.rawValue + ":" + value.lowercased()
        }
    }

    // MARK: - JSON

    mutating func redacted(_ object: JSONObject, _ rule: Rule, depth: Int) -> JSONObject {
        var object = object
        for index in object.entries.indices {
            let entry = object.entries[index]
            let rule = rule.inner ?? .member(entry.key, in: object)
            object.entries[index].value = redacted(entry.value, rule, depth: depth + 1)
            // Data may stand in a name as well: `{"mina@example.org": "yes"}`.
            if scope == .everything, Rule.mayHoldData(entry.key) {
                object.entries[index].key = redacted(entry.key, .identifier, depth: depth + 1)
            }
        }
        return object
    }

    mutating func redacted(_ value: JSONValue, _ rule: Rule, depth: Int) -> JSONValue {
        switch value {
        case .object(let object): return .object(redacted(object, rule, depth: depth))
        case .array(let elements): return .array(elements.map { redacted($0, rule, depth: depth + 1) })
        case .string(let text): return .string(redacted(text, rule, depth: depth))
        case .number(let number):
            guard let (kind, value) = sensitive(number.literal, rule) else { return value }
            return .string(mask(.number(number), kind, value: value))
        case .null, .bool: return value
        }
    }

    private func sensitive(_ literal: String, _ rule: Rule) -> (SensitiveText.Kind, String)? {
        switch rule {
        case .whole(.secret): return (.secret, literal)
        case .keep: return nil
        default: break
        }
        guard scope == .everything, literal.utf8.allSatisfy(Bytes.isDigit) else { return nil }
        switch rule {
        case .whole(let kind) where literal.utf8.count >= 7: return (kind, literal)
        default:
            // Times, sizes and counts are numbers too: what no network issues is no card.
            let digits = literal.utf8.map { $0 - UInt8(ascii: "0") }
            let isCard = (12...19).contains(digits.count) && SensitiveNumber.passesLuhn(digits)
            return isCard && CardNetwork.issues(digits) ? (.card, literal) : nil
        }
    }

    // MARK: - Texts

    mutating func redacted(_ text: String, _ rule: Rule, depth: Int) -> String {
        let bytes = Array(text.utf8)
        let edits = edits(in: bytes, rule, depth: depth)
        guard !edits.isEmpty else { return text }
        return String(decoding: applied(edits, to: bytes), as: UTF8.self)
    }

    /// What is to be replaced in a text.
    private struct Edit {
        var range: Range<Int>
        let replacement: Replacement
        /// Through how many texts the place is reached, in each of which quotes are escaped once more.
        var level = 0

        enum Replacement {
            case mask(SensitiveText.Kind, value: String)
            /// A number in JSON, whose mask must be quoted.
            case number(SensitiveText.Kind, JSONNumber)
            case text([UInt8])
        }
    }

    private mutating func applied(_ edits: [Edit], to bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var position = 0
        for edit in edits where edit.range.lowerBound >= position {
            result += bytes[position..<edit.range.lowerBound]
            switch edit.replacement {
            case .mask(let kind, let value):
                let spelling = String(decoding: bytes[edit.range], as: UTF8.self)
                result += Array(mask(.string(spelling), kind, value: value).utf8)
            case .number(let kind, let number):
                // At level n a quote stands behind 2^(n - 1) - 1 backslashes.
                let slashes = edit.level > 1 ? (1 << min(edit.level - 1, 10)) - 1 : 0
                let quote = String(repeating: "\\", count: slashes) + "\""
                result += Array((quote + mask(.number(number), kind, value: number.literal) + quote).utf8)
            case .text(let text): result += text
            }
            position = edit.range.upperBound
        }
        return result + bytes[position...]
    }

    private mutating func edits(in bytes: [UInt8], _ rule: Rule, depth: Int) -> [Edit] {
        guard !bytes.isEmpty, rule != .keep else { return [] }
        if case .whole(let kind) = rule, kind == .secret || scope == .everything, isWhole(bytes, kind) {
            let text = String(decoding: bytes, as: UTF8.self)
            return [Edit(range: 0..<bytes.count, replacement: .mask(kind, value: text))]
        }
        let first = bytes.first { $0 > 0x20 }
        if first == UInt8(ascii: "{") || first == UInt8(ascii: "["), depth < 64,
            let inner = try? JSONValue(parsing: bytes)
        {
            var tokens = JSONTokens.tokens(of: bytes)[...]
            return edits(in: inner, &tokens, rule, depth: depth + 1)
        }
        guard scope == .everything else { return [] }
        let files = EmbeddedData.all(in: bytes)
        var edits: [Edit] = []
        var position = 0
        for file in files {
            edits += self.edits(inWords: bytes, position..<file.range.lowerBound, rule)
            edits += self.edits(in: file, of: bytes, depth: depth)
            position = file.range.upperBound
        }
        return edits + self.edits(inWords: bytes, position..<bytes.count, rule)
    }

    /// Whether a member's whole value is masked: never twice, and never what has no such value.
    private func isWhole(_ bytes: [UInt8], _ kind: SensitiveText.Kind) -> Bool {
        guard RedactionKey.maskRanges(in: bytes).isEmpty else { return false }
        switch kind {
        case .secret: return true
        case .phone: return bytes.count(where: Bytes.isDigit) >= 7 && bytes.count < 40
        case .card: return bytes.count(where: Bytes.isDigit) >= 12 && bytes.count < 40
        case .ssn: return bytes.count(where: Bytes.isDigit) >= 7 && bytes.count < 20
        case .iban: return (15...45).contains(bytes.count)
        case .id: return bytes.count >= 8
        default: return false
        }
    }

    private func edits(inWords bytes: [UInt8], _ range: Range<Int>, _ rule: Rule) -> [Edit] {
        guard !range.isEmpty else { return [] }
        let spans = SensitiveText(range.count == bytes.count ? bytes : Array(bytes[range]), words: words).spans
        return spans.compactMap { span in
            if rule == .identifier, span.kind == .token, !span.value.hasPrefix("eyJ") { return nil }
            let place = (span.range.lowerBound + range.lowerBound)..<(span.range.upperBound + range.lowerBound)
            return Edit(range: place, replacement: .mask(span.kind, value: span.value))
        }
    }

    private mutating func edits(in file: EmbeddedData, of bytes: [UInt8], depth: Int) -> [Edit] {
        guard let content = file.content, depth < 64 else { return [] }
        let inner = edits(in: content, .detect, depth: depth + 8)
        guard let first = inner.first else { return [] }
        guard file.isCanonical else {
            // Encoded again it would be spelt otherwise, and could not be restored.
            guard case .mask(let kind, _) = first.replacement else { return [] }
            let value = String(decoding: bytes[file.range], as: UTF8.self)
            return [Edit(range: file.range, replacement: .mask(kind, value: value))]
        }
        let masked = EmbeddedData.encoded(applied(inner, to: content))
        return [Edit(range: file.range, replacement: .text(Array(masked.utf8)))]
    }

    /// What is to be replaced in a JSON document within a text.
    private mutating func edits(
        in value: JSONValue,
        _ tokens: inout ArraySlice<JSONTokens.Token>,
        _ rule: Rule,
        depth: Int
    ) -> [Edit] {
        switch value {
        case .object(let object):
            var edits: [Edit] = []
            for entry in object.entries {
                if let name = tokens.popFirst(), scope == .everything, Rule.mayHoldData(entry.key) {
                    edits += placed(self.edits(in: name.bytes, .identifier, depth: depth), in: name)
                }
                let inner = rule.inner ?? .member(entry.key, in: object)
                edits += self.edits(in: entry.value, &tokens, inner, depth: depth + 1)
            }
            return edits
        case .array(let elements):
            return elements.flatMap { edits(in: $0, &tokens, rule, depth: depth + 1) }
        case .string:
            guard let token = tokens.popFirst() else { return [] }
            return placed(edits(in: token.bytes, rule, depth: depth + 1), in: token)
        case .number(let number):
            guard let token = tokens.popFirst(), let (kind, _) = sensitive(number.literal, rule) else { return [] }
            return [Edit(range: token.range, replacement: .number(kind, number), level: 1)]
        case .null, .bool: return []
        }
    }

    private func placed(_ edits: [Edit], in token: JSONTokens.Token) -> [Edit] {
        edits.map { edit in
            var edit = edit
            edit.range = token.place(of: edit.range)
            if edit.level > 0 { edit.level += 1 }
            return edit
        }
    }
}
