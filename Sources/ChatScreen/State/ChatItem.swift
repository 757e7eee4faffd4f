package import BotSchema
package import DirectLineClient
package import Handoff
package import MessageContent
package import Pictures
package import Transcripts

/// Something for the person to see, or for a machine to read.
package enum ChatItem: Sendable {
    /// The words that the person just entered; the echo of them is not shown again.
    ///
    /// `to` names the one who is spoken to where there are several.
    case entered(String, to: String? = nil)
    /// The command that the person just entered.
    case enteredCommand(String)
    /// An activity that arrived. ``isNumbered`` says whether its choices can be taken.
    case activity(Activity, speaker: Speaker, isEcho: Bool, isNumbered: Bool)
    /// An activity about an earlier one, such as its new content, its end or what somebody thinks of it; with the
    /// earlier one where it is known.
    indirect case changed(ChatItem, earlier: Activity?)
    /// An activity from before the conversation was resumed, which was shown then.
    indirect case earlier(ChatItem)
    /// A day other than that of what stands above.
    case day(CalendarDate)
    /// A session of an export begins; the words are for a person.
    case session(TranscriptSession, words: String)
    /// Something with pictures in it, by their addresses.
    indirect case pictured(ChatItem, [String: DrawnPicture])
    /// An activity as a person is to see it, where that is not how it came: machines get it as it came, if it came.
    indirect case adapted(ChatItem, from: Activity?)
    /// The bot's answer to an invoke; a person sees it only when nothing better is made of it.
    case invokeAnswer(InvokeAnswer, isShown: Bool)
    /// The handoff changed its state.
    case handoff(HandoffTransition)
    /// Something that went over the wire.
    case trace(TraceEntry)
    /// A change of state at the hub, in parts for one line.
    case hub([String])
    /// The connection changed its state.
    case connection(ConnectionState)
    /// A sentence about the chat itself.
    case notice(String)
    /// A sentence about something that went wrong.
    case failure(String)
    /// A sentence about a command that does not exist or was given something else: a script was written wrongly.
    case misuse(String)
    /// How long the first message after a line took; for machines, people ask `/status`.
    case latency(milliseconds: Int64)
    /// What a command answers, line by line, already dressed and neutralised.
    case answer([String])
    /// What a command answers in two columns; the words are neutralised when they are shown.
    case table(title: String?, [Row])
    /// A loaded file begins.
    case loadedHeader(String)
    /// An activity or a handoff state of a loaded file.
    indirect case loaded(ChatItem)
}

extension ChatItem {
    /// A row of a table.
    package struct Row: Hashable, Sendable {
        /// What it is about.
        package var label: String
        /// What there is to say.
        package var text: String

        /// A row.
        package init(_ label: String, _ text: String) {
            self.label = label
            self.text = text
        }
    }
}

/// Who listens to the next line.
package struct ChatPrompt: Equatable, Sendable {
    /// The listener, or why nobody listens.
    package enum Listener: Equatable, Sendable {
        case connecting
        case bot
        /// Nobody yet: an agent was asked for.
        case waiting
        /// Nobody yet, with the place in the queue.
        case queue(position: Int?)
        case agent(name: ShownName)
        /// Nobody, at an agent's desk.
        case desk
        /// A user, at an agent's desk; numbered where there are several.
        case user(name: ShownName, number: Int?)
        /// A field of a card that is being filled in.
        case field(name: String, isSecret: Bool)
        /// The conversation is over.
        case closed
    }

    /// The listener.
    package var listener: Listener
    /// Whether what is typed is not to be seen or kept.
    package var isSecret: Bool {
        if case .field(_, isSecret: true) = listener { true } else { false }
    }
    /// A few words about the connection while it is not well, else empty.
    package var note: String
    /// An answer that is growing, shown above the line until it is whole.
    package var preview: Preview?

    /// The beginning of an answer, and whose it is.
    package struct Preview: Equatable, Sendable {
        /// Who speaks.
        package var speaker: Speaker
        /// The text so far, as it came.
        package var text: String
    }

    /// A prompt.
    package init(listener: Listener, note: String = "", preview: Preview? = nil) {
        self.listener = listener
        self.note = note
        self.preview = preview
    }
}
