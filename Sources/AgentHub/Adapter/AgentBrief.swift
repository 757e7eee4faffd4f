import BotSchema
import Handoff

/// What an agent reads before accepting a conversation: what it is about, and what was said.
package struct AgentBrief: Hashable, Sendable {
    /// Of a transcript, the newest this many lines are shown.
    package static let lineLimit = 200

    /// What it is about, in one line.
    package let headline: String
    /// The bot's variables, each `name: value`; the note to the agent first.
    package let context: [String]
    /// What was said, each `Name: text`, oldest first.
    package let transcript: [String]
    /// What colleagues noted, each `Name: text`.
    package let notes: [String]

    /// The brief of a request.
    package init(_ request: WorkRequest) {
        let initiation = request.initiation
        let user = Self.name(of: request.user) ?? "User"
        let missing = request.droppedSkills.isEmpty ? "" : " (which the agent does not have)"
        let skill = initiation.context.skill.map { ", skill \($0)\(missing)" } ?? ""
        let summary = initiation.summary.map { ": \($0)" } ?? ""
        headline = Self.line("\(user)\(skill)\(summary)")
        let isNote = { (name: String) in ["va_agentmessage", "messagetoagent"].contains(name.lowercased()) }
        let variables = initiation.context.variables
        context = (variables.filter { isNote($0.name) } + variables.filter { !isNote($0.name) })
            .filter { !$0.text.isEmpty }
            .map { Self.line("\($0.name): \($0.text)") }
        let bot = initiation.context.botName ?? "Bot"
        let isObserved = (initiation.transcript ?? []).isEmpty && !request.observed.isEmpty
        let before = isObserved ? request.observed : initiation.transcript ?? []
        let said = (before + request.history).asTheyStand.compactMap { activity in
            activity.agentText.map { text in
                let author = Self.name(of: activity.from) ?? (activity.isFromUser ? user : bot)
                return Printable.text("\(author): \(text)")
            }
        }
        let problem = initiation.transcriptProblem.map { ["(no transcript: \(Self.line($0)))"] }
        let link = initiation.transcriptURL.map { ["(transcript at \(Self.line($0)))"] }
        let left = said.count - Self.lineLimit
        let omitted = initiation.omittedEntries
        transcript =
            (initiation.transcript == nil ? problem ?? link ?? [] : [])
            + (isObserved ? ["(no transcript from the bot; what follows is what Baton's server saw)"] : [])
            + (omitted > 0 ? ["(\(omitted) more before, left out for their size)"] : [])
            + (left > 0 ? ["(\(left) earlier lines)"] : []) + said.suffix(Self.lineLimit)
        notes = request.notes.map { Self.line("\($0.author): \($0.text)") }
    }

    /// All of it, ready to print.
    package var text: String {
        var lines = [headline]
        let parts = [("Context", context), ("Conversation", transcript), ("Notes", notes)]
        for (title, part) in parts where !part.isEmpty {
            lines += ["", title] + part.map { "  " + $0.split(separator: "\n").joined(separator: "\n    ") }
        }
        return lines.joined(separator: "\n")
    }

    private static func name(of account: ChannelAccount?) -> String? {
        account?.name.flatMap { $0.isEmpty ? nil : $0 }
    }

    private static func line(_ text: String) -> String {
        Printable.text(text.split(whereSeparator: \.isNewline).joined(separator: " "))
    }
}
