import BotSchema
import Handoff

// A request of a bot that asks again and again.
extension HandoffSession {
    /// Keeps the request from the hub for a while.
    ///
    /// A line of the user ends the pause: whoever types is to reach somebody, an agent or else the bot.
    func wait(for pause: RequestPace.Pause) async {
        note(.slowed(pause.duration))
        do {
            if pause.isFirst { try await tell(.slowed(upTo: RequestPace.longest)) }
            let end = clock.now + pause.duration
            while phase == .waiting, clock.now < end, let letter = await inbox.next(within: end - clock.now, on: clock)
            {
                switch letter {
                case .user(let activity) where activity.isForAgents: return untaken.append(activity)
                case .withdrawn: try await leaveHub()
                // Typing is of this moment, and no hub knows of the request yet.
                case .user, .report: break
                }
            }
        } catch {
            await close(endedBy: .user)
        }
    }
}
