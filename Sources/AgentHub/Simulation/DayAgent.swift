import BotSchema
import Handoff

/// An agent of a simulated day: answers each line, ends on "bye", and is as unreliable as people and lines are.
struct DayAgent: HubWorker {
    let agent: HubAgent
    let clock: HubClock
    let seed: UInt64
    let ledger: DayLedger

    func work(at desk: AgentDesk) async {
        var generator = SplitMix64(seed: seed)
        var conversations: [WorkItemID: String] = [:]
        var answers = 0
        while let event = await desk.events.next() {
            switch event {
            case .offered(let item, _):
                await clock.sleep(for: .milliseconds(Int.random(in: 500...8000, using: &generator)))
                switch Int.random(in: 0..<20, using: &generator) {
                case 0: continue
                case 1: await desk.decline(item)
                default: _ = await desk.accept(item)
                }
            case .connected(let item, let request):
                conversations[item] = request.conversationId
                ledger.connect(agent, to: item, request)
                let said = request.history.filter { $0.humanAgent == nil }.compactMap(\.text)
                if said.contains("bye") { await desk.end(item, .ended) }
            case .userSent(let item, let activity):
                guard let conversation = conversations[item], let text = activity.text else { continue }
                ledger.agentHears(text, in: conversation)
                await clock.sleep(for: .milliseconds(Int.random(in: 500...6000, using: &generator)))
                if text == "bye" {
                    await desk.end(item, Bool.random(using: &generator) ? .ended : .transferBack)
                    continue
                }
                answers += 1
                await answer(item, conversation, number: answers, at: desk)
                await misbehave(item, at: desk, using: &generator)
            case .withdrawn, .rejected, .presenceChanged, .userConnectionChanged: break
            case .closed(let item, _), .released(let item):
                conversations[item] = nil
                ledger.release(agent, from: item)
            }
        }
    }

    private func answer(_ item: WorkItemID, _ conversation: String, number: Int, at desk: AgentDesk) async {
        let text = "\(agent.id) answers \(number)"
        // Only what the hub still takes counts as said.
        guard await desk.view.own.contains(where: { $0.item == item }) else { return }
        ledger.agentSays(text, in: conversation)
        await desk.showTyping(in: item)
        await desk.say(.message(text), in: item)
    }

    private func misbehave(
        _ item: WorkItemID,
        at desk: AgentDesk,
        using generator: inout SplitMix64
    ) async {
        switch Int.random(in: 0..<40, using: &generator) {
        case 0, 1:
            await desk.hold(item)
            await clock.sleep(for: .seconds(5))
            await desk.resume(item)
        case 2:
            await desk.note("knows more than I do", in: item)
            _ = await desk.transfer(item, to: .queue(HubQueue.main.id))
        case 3:
            let colleague = await desk.view.colleagues.first {
                $0.agent.id != agent.id && $0.agent.skills == agent.skills && $0.unitsInUse < $0.agent.capacity
            }
            if let colleague { _ = await desk.transfer(item, to: .agent(colleague.agent.id)) }
        case 4:
            await desk.loseConnection()
            // Within the grace in half of the cases.
            await clock.sleep(for: .seconds(Bool.random(using: &generator) ? 10 : 40))
            await desk.restoreConnection()
        case 5:
            await desk.setPresence(.away)
            await clock.sleep(for: .seconds(20))
            await desk.setPresence(.available)
        default: break
        }
    }
}
