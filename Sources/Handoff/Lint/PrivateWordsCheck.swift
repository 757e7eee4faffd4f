import BotSchema

/// HO219: what is for the agent alone, or for nobody's eyes.
struct PrivateWordsCheck: Sendable {
    private(set) var findings: [HandoffFinding] = []
    private var notes = AgentNotes()

    /// Whether there are notes that what was said may repeat.
    var hasNotes: Bool { !notes.isEmpty }

    mutating func take(_ subject: LintSubject) {
        guard let context = subject.initiation?.context else { return }
        for variable in context.variables {
            guard let matter = Self.privateMatter(in: variable) else { continue }
            let words = "\(variable.name) looks like \(matter) and is saved with the conversation"
            findings.append(subject.finding(.privateWords, "$.value.\(variable.name)", words))
        }
        // A short note is a common word, and the user saying it first gives nothing away.
        guard let note = context.agentMessage?.lowercased(), note.count >= AgentNotes.shortest,
            context.plainValue == nil
        else { return }
        notes.add(note, at: subject.index)
    }

    /// Looks at an activity once all notes are known.
    mutating func lookAgain(at activity: Activity, _ place: LintSubject.Place) {
        guard activity.type == .message, !activity.isFromUser, let text = activity.text,
            notes.isRepeated(in: text.lowercased(), at: place.index)
        else { return }
        findings.append(place.finding(.privateWords, "$.text", "the text repeats the note for the agent"))
    }

    private static func privateMatter(in variable: HandoffContext.Variable) -> String? {
        guard let text = variable.value.string, !text.isEmpty else { return nil }
        let name = variable.name.lowercased()
        if ["password", "secret", "token", "apikey"].contains(where: name.contains) { return "a secret" }
        if name == "targetphonenumber" { return nil }
        if text.first == "+", text.count(where: \.isNumber) >= 8,
            text.allSatisfy({ $0.isNumber || "+-() ".contains($0) })
        {
            return "a telephone number"
        }
        let isAddress = text.split(separator: " ").contains { word in
            let parts = word.split(separator: "@", omittingEmptySubsequences: false)
            return parts.count == 2 && !parts[0].isEmpty && parts[1].dropFirst().dropLast(2).contains(".")
        }
        return isAddress ? "an e-mail address" : nil
    }
}

/// The notes for agents in a record, found in texts in one pass however many there are.
struct AgentNotes: Sendable {
    /// Shorter ones are common words.
    static let shortest = 12

    private struct Note: Sendable {
        let text: String
        /// The one activity that carries it; nil for a note of several.
        var index: Int?
    }

    /// The first bytes of a note, which every place is compared with.
    private struct Beginning: Hashable, Sendable {
        var high: UInt64 = 0
        var low: UInt32 = 0

        mutating func shift(in byte: UInt8) {
            high = high << 8 | UInt64(low >> 24)
            low = low << 8 | UInt32(byte)
        }

        /// A place in a small table, which rules out almost all.
        var slot: Int { Int((high &* 0x9E37_79B9_7F4A_7C15 ^ UInt64(low) &* 0xC2B2_AE3D_27D4_EB4F) >> 52) }
    }

    private var notes: [Beginning: [Note]] = [:]
    private var slots: [Bool] = []

    var isEmpty: Bool { notes.isEmpty }

    /// Adds a note in lower case.
    mutating func add(_ text: String, at index: Int) {
        var beginning = Beginning()
        for byte in text.utf8.prefix(Self.shortest) { beginning.shift(in: byte) }
        if slots.isEmpty { slots = [Bool](repeating: false, count: 1 << 12) }
        slots[beginning.slot] = true
        if let place = notes[beginning]?.firstIndex(where: { $0.text == text }) {
            if notes[beginning]?[place].index != index { notes[beginning]?[place].index = nil }
        } else {
            notes[beginning, default: []].append(Note(text: text, index: index))
        }
    }

    /// Whether a text in lower case holds a note of another activity.
    func isRepeated(in text: String, at index: Int) -> Bool {
        guard !notes.isEmpty else { return false }
        var last = Beginning()
        var count = 0
        var looked: Set<Beginning> = []
        for byte in text.utf8 {
            last.shift(in: byte)
            count += 1
            guard count >= Self.shortest, slots[last.slot], let candidates = notes[last], looked.insert(last).inserted
            else { continue }
            if candidates.contains(where: { $0.index != index && text.contains($0.text) }) { return true }
        }
        return false
    }
}
