import BotSchema

/// Reads test sets of Copilot Studio, a row a question with the answer that is expected, and the results of such tests.
struct TestSetReader {
    private static let questions = ["question", "testquestion", "userquestion", "prompt"]
    /// What was said goes before what should have been.
    private static let answers = [
        "actualresponse", "agentresponse", "botresponse", "response", "expectedresponse", "expectedanswer",
    ]

    private let question: Int
    private let responses: [Int]

    /// Nil when a header is that of another table.
    init?(header: [String]) {
        let names = header.map { $0.lowercased().filter { $0.isLetter } }
        guard let question = Self.questions.lazy.compactMap({ names.firstIndex(of: $0) }).first else { return nil }
        let responses = Self.answers.compactMap { names.firstIndex(of: $0) }
        guard !responses.isEmpty else { return nil }
        self.question = question
        self.responses = responses
    }

    /// What a row holds; nothing for one without a question.
    func activities(in row: [String], number: Int) -> [Activity] {
        guard question < row.count, !row[question].trimmed.isEmpty else { return [] }
        let answer = responses.lazy.filter { $0 < row.count }.map { row[$0].trimmed }.first { !$0.isEmpty }
        let (user, bot) = (ChannelAccount(id: "user", role: "user"), ChannelAccount(id: "bot", role: "bot"))
        let lines = [(row[question].trimmed, user, bot)] + (answer.map { [($0, bot, user)] } ?? [])
        return lines.enumerated().map { index, line in
            var activity = Activity.message(line.0)
            activity.id = "\(number)-\(index + 1)"
            // Every question is asked in a conversation of its own.
            activity.conversation = ConversationAccount(id: "test \(number)")
            activity.from = line.1
            activity.recipient = line.2
            return activity
        }
    }
}
