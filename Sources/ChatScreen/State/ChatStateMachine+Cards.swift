import BotSchema
import DirectLineClient
import LineEditing
import MessageContent

extension ChatStateMachine {
    /// The newest message with a card, as it stands on the screen: with what the person opened or hid in it.
    struct ShownMessage: Sendable {
        var activity: Activity
        let speaker: Speaker
    }

    /// What of an activity is for this user, and remembers it when it can be filled in or chosen from.
    mutating func received(_ activity: Activity, by speaker: Speaker) -> Activity {
        var activity = activity
        if let suggested = activity.suggestedActions, !suggested.areFor(myIds(in: activity)) {
            activity.suggestedActions = nil
        }
        choices = Choices(of: activity)
        inputHint = InputHint(of: activity)
        if activity.attachments.contains(where: \.isCard) {
            shownMessage = ShownMessage(activity: activity, speaker: speaker)
        }
        return activity
    }

    /// The names by which the service calls this user: as recipient, and as sender of what came back.
    private func myIds(in activity: Activity) -> Set<String> {
        var ids = Set(record.entries.suffix(200).filter(\.isEcho).compactMap(\.activity.from?.id))
        if let id = activity.recipient?.id { ids.insert(id) }
        return ids
    }

    /// Says once, below the first card that asks for something, how it is filled in.
    mutating func formHint(for activity: Activity) -> [ChatAction] {
        guard configuration.isInteractive, !isFormHintGiven,
            activity.attachments.contains(where: { $0.choices.contains { !$0.fields.isEmpty } })
        else {
            return []
        }
        isFormHintGiven = true
        return [.show(.notice("/card fills in the fields, one after the other."))]
    }

    // MARK: - Choosing

    /// Follows a choice that is about its card first; nil leaves it to the rules of all choices.
    mutating func chooseInCard(_ number: Int, at now: Timestamp) -> [ChatAction]? {
        guard let choice = choices.choice(number), let attachment = choice.attachment, choice.action.isEnabled else {
            return nil
        }
        switch CardActionKind(choice.action) {
        case .toggleVisibility:
            return change(attachment) { CardChange.toggling(choice.action.json["targetElements"], in: $0) }
        case .showCard: return change(attachment) { CardChange.opening(choice.action, in: $0) }
        case .submit where choice.action.takesFields && !choice.fields.isEmpty,
            .execute where choice.action.takesFields && !choice.fields.isEmpty:
            return fill(choice.fields, for: [choice.action], at: now)
        case .submit, .execute: return press(choice.action, [], at: now)
        default: return nil
        }
    }

    private mutating func change(_ attachment: Int, _ change: (JSONValue) -> JSONValue) -> [ChatAction]? {
        guard var message = shownMessage, message.activity.attachments.indices.contains(attachment) else { return nil }
        var attachments = message.activity.attachments
        guard let content = attachments[attachment].content else { return nil }
        attachments[attachment].content = change(content)
        message.activity.attachments = attachments
        shownMessage = message
        cardStep += 1
        choices = Choices(of: message.activity)
        let item = ChatItem.activity(message.activity, speaker: message.speaker, isEcho: false, isNumbered: true)
        return [.show(.adapted(item, from: nil))]
    }

    // MARK: - Filling in

    /// Follows `/card`: fills in a card of the newest message that has any, by default the first with fields.
    mutating func fillCard(_ argument: String, at now: Timestamp) -> [ChatAction] {
        let cards = (shownMessage?.activity.attachments ?? []).filter {
            $0.contentType?.lowercased() == Attachment.CardType.adaptive
        }.map { AdaptiveCard($0.content) }
        let forms = cards.map { card in
            let sending = card.choices.filter { $0.action.takesFields && $0.action.isEnabled && !$0.fields.isEmpty }
            // Of an opened card and the one around it the larger form is meant: it holds the other.
            let fields = sending.map(\.fields).max { $0.count < $1.count } ?? []
            return (fields: fields, actions: sending.filter { $0.fields == fields }.map(\.action))
        }
        guard !cards.isEmpty else { return [.show(.failure("There is no card to fill in."))] }
        let place: Int?
        if argument.isEmpty {
            place = forms.firstIndex { !$0.fields.isEmpty }
        } else {
            place = Int(argument).map { $0 - 1 }
            guard let place, cards.indices.contains(place) else {
                return [.show(.failure("There is no card \(oneLine(argument)): the message has \(cards.count)."))]
            }
        }
        guard let place, !forms[place].fields.isEmpty else {
            let hasFields = cards.contains { !$0.fields.isEmpty }
            let words = hasFields ? "The card has no button that sends its fields." : "The card has no fields."
            return [.show(.failure(words))]
        }
        return fill(forms[place].fields, for: forms[place].actions, at: now)
    }

    private mutating func fill(_ fields: [CardField], for actions: [CardAction], at now: Timestamp) -> [ChatAction] {
        var form = CardForm(fields: fields, actions: actions)
        let first = form.begin()
        self.form = form
        cardStep += 1
        let hint = "Enter keeps what is in a field; /back goes back, /clear empties a field, /cancel gives up."
        return [.show(.notice(hint))] + follow(first, at: now)
    }

    /// Takes a line while a form is filled in; nil when it is a command for the chat.
    mutating func fillIn(_ line: String, at now: Timestamp) -> [ChatAction]? {
        guard var form else { return nil }
        let event: CardForm.Event
        switch line.trimmed.lowercased() {
        case "/back": event = .back
        case "/clear": event = .clear
        case "/cancel": event = .cancel
        default:
            switch EnteredLine(line) {
            case .message(let words): event = .line(words)
            case .blank: event = .line("")
            case .command, .unknownCommand: return nil
            }
        }
        let field = form.field
        let action = form.handle(event)
        self.form = form
        var shown: [ChatAction] = []
        if let field, case .line(let words) = event {
            let value = FieldWords(field).shownEntry(words)
            shown = [.show(.notice("\(oneLine(field.name)): \(value.isEmpty ? "(kept)" : value)"))]
        }
        return shown + follow(action, at: now)
    }

    private mutating func follow(_ action: CardForm.Action, at now: Timestamp) -> [ChatAction] {
        switch action {
        case .ask(let field, let number, let count, let present):
            let words = FieldWords(field).question(number: number, of: count, present: present, in: configuration.style)
            return [.show(.answer(words))]
        case .askForAction(let actions):
            let lines = actions.enumerated().map { "  \($0.offset + 1)  \(oneLine($0.element.title))" }
            return [.show(.answer(["Send it with"] + lines))]
        case .refuse(let words): return [.show(.failure(oneLine(words)))]
        case .cancelled:
            form = nil
            return [.show(.notice("Nothing was sent."))]
        case .submit(let action, let answers):
            form = nil
            return press(action, answers, at: now)
        }
    }

    private mutating func press(_ action: CardAction, _ answers: [CardForm.Answer], at now: Timestamp) -> [ChatAction] {
        let activity = CardSubmission.activity(for: action, answers: answers)
        return say(activity, words: activity.text ?? "(chose \(action.title))", at: now)
    }

    // MARK: - Answers to Action.Execute

    /// Takes a bot's answer to an invoke of a card (universal actions): a new card, words, or a refusal.
    mutating func invokeAnswered(_ invoke: Activity, _ answer: InvokeAnswer, at now: Timestamp) -> [ChatAction] {
        guard invoke.name == "adaptiveCard/action" else { return [.show(.invokeAnswer(answer, isShown: true))] }
        return follow(answer, to: invoke, at: now) + [.show(.invokeAnswer(answer, isShown: false))]
    }

    private mutating func follow(_ answer: InvokeAnswer, to invoke: Activity, at now: Timestamp) -> [ChatAction] {
        // A bot that knows no universal actions still knows messages.
        if answer.status == 501 || answer.status == 404 {
            return send(CardSubmission.message(insteadOf: invoke), words: "(the card's answer)")
        }
        let status = answer.body?["statusCode"]?.int ?? answer.status
        let value = answer.body?["value"]
        switch answer.body?["type"]?.string?.lowercased() {
        case "application/vnd.microsoft.card.adaptive"? where value?.object != nil:
            var message = Activity(type: .message)
            message.attachments = [Attachment(contentType: Attachment.CardType.adaptive, content: value ?? .null)]
            return show(answer: message)
        case "application/vnd.microsoft.activity.message"? where value?.string != nil:
            return show(answer: .message(value?.string ?? ""))
        default:
            guard status >= 400 else { return [.show(.notice("The bot took it."))] }
            let words = value?["message"]?.string ?? value?.string ?? "no reason"
            return [.show(.failure("The bot refused the card's answer (\(status)): \(oneLine(words))"))]
        }
    }

    private mutating func show(answer: Activity) -> [ChatAction] {
        let speaker = shownMessage?.speaker ?? .bot(name: nil)
        let shown = received(answer, by: speaker)
        return [.show(.adapted(.activity(shown, speaker: speaker, isEcho: false, isNumbered: true), from: nil))]
    }
}
