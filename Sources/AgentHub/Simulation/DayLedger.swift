import BotSchema
import Handoff
import Synchronization

/// Who said what to whom on a simulated day, and whether that was right.
final class DayLedger: Sendable {
    private struct State {
        var sent: [String: [String]] = [:]
        var heard: [String: [String]] = [:]
        var toBot: [String: [String]] = [:]
        var said: [String: [String]] = [:]
        var shown: [String: [String]] = [:]
        var left: Set<String> = []
        var talking: [String: Set<String>] = [:]
        var report = SimulatedDayReport()
        var isOver = false
    }

    private let state = Mutex(State())

    var isOver: Bool { state.withLock { $0.isOver } }

    // MARK: - What users and bots see

    func userSends(_ line: String, in conversation: String) {
        state.withLock { $0.sent[conversation, default: []].append(line) }
    }

    func userLeaves(_ conversation: String) { state.withLock { _ = $0.left.insert(conversation) } }

    func userSees(_ line: String, in conversation: String) {
        state.withLock { $0.shown[conversation, default: []].append(line) }
    }

    func botHears(_ line: String, in conversation: String) {
        state.withLock { $0.toBot[conversation, default: []].append(line) }
    }

    // MARK: - What agents see and say

    /// An agent takes a conversation, and reads what was said before.
    func connect(_ agent: HubAgent, to item: String, _ request: WorkRequest) {
        state.withLock { state in
            let isNew = state.talking[agent.id, default: []].insert(item).inserted
            if !isNew { state.report.problems.append("\(agent.id) got \(item) twice") }
            if state.talking[agent.id, default: []].count > agent.capacity {
                state.report.problems.append("\(agent.id) has too much to do")
            }
            if !agent.has(request.need.skills) { state.report.problems.append("\(agent.id) cannot do \(item)") }
            let history = request.history.filter { $0.humanAgent == nil }.compactMap(\.text)
            // What an agent heard whose line was down is in the history too: reading it is hearing it.
            let before = state.heard[request.conversationId, default: []]
            if !history.starts(with: before) { state.report.problems.append("\(item) came with gaps") }
            state.heard[request.conversationId] = history
        }
    }

    func release(_ agent: HubAgent, from item: String) {
        state.withLock { _ = $0.talking[agent.id]?.remove(item) }
    }

    func agentHears(_ line: String, in conversation: String) {
        state.withLock { $0.heard[conversation, default: []].append(line) }
    }

    func agentSays(_ line: String, in conversation: String) {
        state.withLock { $0.said[conversation, default: []].append(line) }
    }

    // MARK: - The end of the day

    func close(log: [HubLogEntry], metrics: HubMetrics) {
        state.withLock { state in
            state.report.log = log.map(\.description)
            state.report.metrics = metrics
            for (conversation, sent) in state.sent.sorted(by: { $0.key < $1.key }) {
                let heard = state.heard[conversation] ?? []
                let toBot = state.toBot[conversation] ?? []
                state.report.lines.sent += sent.count
                state.report.lines.heard += heard.count
                state.report.lines.toBot += toBot.count
                // Who leaves takes along what nobody has taken yet.
                let isRight = state.left.contains(conversation) ? sent.starts(with: heard) : heard + toBot == sent
                if !isRight {
                    state.report.problems.append("\(conversation): sent \(sent), heard \(heard), to the bot \(toBot)")
                }
            }
            for (conversation, shown) in state.shown.sorted(by: { $0.key < $1.key }) {
                let said = state.said[conversation] ?? []
                let isRight = state.left.contains(conversation) ? said.starts(with: shown) : shown == said
                if !isRight { state.report.problems.append("\(conversation): said \(said), shown \(shown)") }
            }
            state.isOver = true
        }
    }

    func report(simulated: Duration, wall: Duration) -> SimulatedDayReport {
        state.withLock { state in
            var report = state.report
            if !state.isOver { report.problems.append("the day did not end") }
            report.simulated = simulated
            report.wall = wall
            return report
        }
    }
}
