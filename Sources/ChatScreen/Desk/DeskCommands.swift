import AgentHub
import MessageContent

extension SlashCommand {
    /// The commands of an agent's desk.
    package static let desk: [SlashCommand] =
        [
            SlashCommand(name: "help", usage: "", summary: "list the commands", argument: .none),
            SlashCommand(
                name: "accept",
                usage: "[N]",
                summary: "take the conversation that rings; F2 does too",
                argument: .known
            ),
            SlashCommand(name: "decline", usage: "[N]", summary: "leave it to a colleague", argument: .known),
            SlashCommand(
                name: "brief",
                usage: "[N]",
                summary: "show context, transcript and notes of a conversation",
                argument: .known
            ),
            SlashCommand(
                name: "transcript",
                usage: "[N]",
                summary: "show all that was said, from behind a link if need be",
                argument: .known
            ),
            SlashCommand(
                name: "request",
                usage: "[N]",
                summary: "show the bot's request as the hub received it, as JSON",
                argument: .known
            ),
            SlashCommand(
                name: "list",
                usage: "",
                summary: "list your conversations; /1 or Alt-1 goes to one",
                argument: .none
            ),
            SlashCommand(
                name: "canned",
                usage: "[NAME]",
                summary: "say a canned reply; without a name, list them",
                argument: .known
            ),
            SlashCommand(
                name: "note",
                usage: "TEXT",
                summary: "write a note for colleagues, which the user never sees",
                argument: .none
            ),
        ] + lineChanges + [
            attach, open, save, resend,
            SlashCommand(name: "hold", usage: "", summary: "put the user on hold", argument: .none),
            SlashCommand(name: "resume", usage: "", summary: "take the user off hold", argument: .none),
            SlashCommand(
                name: "transfer",
                usage: "NAME",
                summary: "pass the user on: NAME of a colleague, queue NAME or skill NAME",
                argument: .known
            ),
            SlashCommand(
                name: "back",
                usage: "[TEXT]",
                summary: "give the user back to the bot; TEXT tells the bot what to do",
                argument: .none
            ),
            SlashCommand(
                name: "end",
                usage: "",
                summary: "end the conversation: the matter is settled",
                argument: .none
            ),
            SlashCommand(name: "done", usage: "", summary: "finish the wrap-up, free for the next", argument: .none),
            SlashCommand(name: "available", usage: "", summary: "let conversations ring", argument: .none),
            SlashCommand(name: "busy", usage: "", summary: "stop ringing, keep your users", argument: .none),
            SlashCommand(
                name: "away",
                usage: "",
                summary: "stop ringing, keep your users, and show colleagues that you are away",
                argument: .none
            ),
            SlashCommand(
                name: "queue",
                usage: "",
                summary: "show who waits, who works, and the figures",
                argument: .none
            ),
            raw, find,
            SlashCommand(
                name: "filter",
                usage: "KIND [WORDS]",
                summary: "show what you, a user or a name said, or files, events",
                argument: .known
            ),
            last,
            SlashCommand(
                name: "as",
                usage: "user|agent",
                summary: "act as the user again, in a chat that has both sides",
                argument: .words(["user", "agent"])
            ),
            SlashCommand(
                name: "status",
                usage: "",
                summary: "show connection, presence and conversations",
                argument: .none
            ),
            SlashCommand(name: "reconnect", usage: "", summary: "drop the stream and resume it", argument: .none),
        ] + shared.map { $0.name == "set" ? set ?? $0 : $0 } + [
            SlashCommand(
                name: "quit",
                usage: "",
                summary: "sign out and leave; so do Ctrl-D and Ctrl-C twice",
                argument: .none
            )
        ]
}

extension SlashCommand {
    /// The numbers are those of users here, and say nothing.
    private static let set: SlashCommand? = shared.first { $0.name == "set" }.map {
        SlashCommand(name: $0.name, usage: $0.usage, summary: "change a setting and keep it", argument: $0.argument)
    }
}

extension HubAction.Rejection {
    /// Why something was not done, in words for the agent.
    var words: String {
        switch self {
        case .alreadyTaken: "a colleague has it already"
        case .gone: "it is no longer there"
        case .noCapacity: "you have as many conversations as you can take"
        case .targetUnavailable: "nobody there can take it now; it stays with you"
        }
    }
}
