import AgentHub
import Desk

extension DeskStateMachine {
    /// Why a user was not passed on, and who could take one.
    func refusal(of target: TransferTarget, _ words: String, keeping user: String) -> String {
        let others = (view?.colleagues ?? []).filter { $0.id != agentId && $0.presence != .offline }
        let names = others.map { $0.presence == .available ? $0.name : "\($0.name) (\($0.presence.rawValue))" }
        let there = names.isEmpty ? "no colleague is at work" : "at work: \(names.joined(separator: ", "))"
        let reason: String
        switch target {
        case .agent(let id) where id == agentId: reason = "You are \(words) yourself"
        case .agent(let id) where others.contains { $0.id == id }: reason = "\(words) cannot take \(user) now"
        case .agent: reason = "Nobody called \(words) is at work"
        case .queue(let id) where view?.queues.contains { $0.id == id } == true:
            reason = "Nobody of the queue \(words) can take \(user) now"
        case .queue:
            let queues = (view?.queues ?? []).map(\.id).joined(separator: ", ")
            reason = "There is no queue \(words)" + (queues.isEmpty ? "" : " (there are \(queues))")
        case .skill(let skill): reason = "Nobody with the skill \(skill) can take \(user) now"
        }
        return oneLine("\(reason); \(user) stays with you; \(there).")
    }
}
