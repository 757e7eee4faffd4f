package import BotSchema
package import MessageContent

/// The filling in of a card, field by field: what the person enters goes in, what to do comes out.
///
/// A pure state machine; nothing is shown or sent here.
package struct CardForm: Sendable {
    /// What the person does.
    package enum Event: Hashable, Sendable {
        /// Answers; an empty line keeps what is in the field.
        case line(String)
        /// Empties a field that is filled in already.
        case clear
        /// Goes back to the field before.
        case back
        /// Gives the form up.
        case cancel
    }

    /// What follows.
    package enum Action: Hashable, Sendable {
        /// Ask for a field.
        case ask(CardField, number: Int, of: Int, present: String?)
        /// Ask which of several buttons to press.
        case askForAction([CardAction])
        /// Say what is wrong; the same question stands.
        case refuse(String)
        /// Press the button with these answers.
        case submit(CardAction, [Answer])
        /// Nothing is sent.
        case cancelled
    }

    /// What a field came to.
    package struct Answer: Hashable, Sendable {
        /// The name under which the bot gets it.
        package let id: String
        /// What it gets.
        package let value: String

        /// An answer to a field.
        package init(id: String, value: String) {
            self.id = id
            self.value = value
        }
    }

    private let fields: [CardField]
    private let actions: [CardAction]
    /// What was entered; a field that has not been reached holds what came with the card.
    private var values: [String?]
    private var visited: Int = 0
    private var position = 0

    /// A form that is not begun.
    ///
    /// - Parameters:
    ///   - fields: What to ask, in order.
    ///   - actions: The buttons that send it, of which the person takes one at the end; at least one.
    package init(fields: [CardField], actions: [CardAction]) {
        self.fields = fields
        self.actions = actions
        values = fields.map(\.untouched)
    }

    /// The field that is asked for, nil at the end.
    package var field: CardField? { fields.indices.contains(position) ? fields[position] : nil }

    /// The first question; a form without fields and with one button needs none.
    package mutating func begin() -> Action { question }

    /// Takes what the person does.
    package mutating func handle(_ event: Event) -> Action {
        switch event {
        case .cancel: return .cancelled
        case .back:
            guard position > 0 else { return .refuse("This is the first field.") }
            position -= 1
            return question
        case .clear:
            guard let field else { return .refuse("There is no field here to empty.") }
            return enter { () throws(FieldFailure) in try field.emptyAnswer() }
        case .line(let line):
            guard var field else { return choose(line.trimmed) }
            // What was entered before and is come back to counts as what is in the field.
            if position < visited { field.preset = values[position] }
            return enter { () throws(FieldFailure) in try field.answer(to: line) }
        }
    }

    private mutating func enter(_ answer: () throws(FieldFailure) -> String?) -> Action {
        do throws(FieldFailure) {
            values[position] = try answer()
            position += 1
            visited = max(visited, position)
            return question
        } catch {
            return .refuse(error.message)
        }
    }

    private func choose(_ text: String) -> Action {
        let named = actions.first { $0.title.lowercased() == text.lowercased() && !text.isEmpty }
        let numbered = Int(text).flatMap { actions.indices.contains($0 - 1) ? actions[$0 - 1] : nil }
        guard let action = numbered ?? named else { return .refuse("A number from 1 to \(actions.count), please.") }
        return .submit(action, answers)
    }

    private var question: Action {
        if let field {
            return .ask(field, number: position + 1, of: fields.count, present: values[position])
        }
        return actions.count == 1 ? .submit(actions[0], answers) : .askForAction(actions)
    }

    /// Fields without a name are not sent; of two with the same name the later counts.
    private var answers: [Answer] {
        zip(fields, values).compactMap { field, value in
            guard let id = field.id, let value else { return nil }
            return Answer(id: id, value: value)
        }
    }
}
