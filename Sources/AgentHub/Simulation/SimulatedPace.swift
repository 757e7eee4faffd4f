import BotSchema

/// How fast a simulated agent is.
package struct SimulatedPace: Hashable, Sendable {
    /// From the ring to taking the conversation.
    package var acceptance: Duration
    /// From reading a line to beginning an answer.
    package var replyDelay: Duration
    /// For every character of an answer, up to ``longestTyping``.
    package var typingPerCharacter: Duration
    /// The longest that an answer takes to type.
    package var longestTyping: Duration
    /// How long the agent waits for the user before asking, and then again before giving the user back to the bot.
    package var patience: Duration
    /// Divides acceptance, delay and typing; patience is the user's and stays.
    package var speed: Double

    /// A pace; the defaults feel like a person at a desk.
    package init(
        acceptance: Duration = .milliseconds(1500),
        replyDelay: Duration = .milliseconds(700),
        typingPerCharacter: Duration = .milliseconds(18),
        longestTyping: Duration = .milliseconds(2500),
        patience: Duration = .seconds(45),
        speed: Double = 1
    ) {
        self.acceptance = acceptance
        self.replyDelay = replyDelay
        self.typingPerCharacter = typingPerCharacter
        self.longestTyping = longestTyping
        self.patience = patience
        self.speed = speed
    }

    /// The same habits, taking longer by a factor.
    func slowed(by factor: Double) -> SimulatedPace {
        var pace = self
        pace.speed /= max(factor, 0.001)
        return pace
    }

    /// The time to take a ringing conversation.
    func acceptance(using generator: inout SplitMix64) -> Duration { varied(acceptance, using: &generator) }

    /// The time to read a line.
    func reading(using generator: inout SplitMix64) -> Duration { varied(replyDelay, using: &generator) }

    /// The time to type an answer.
    func typing(_ text: String, using generator: inout SplitMix64) -> Duration {
        varied(min(typingPerCharacter * text.count, longestTyping), using: &generator)
    }

    /// People are not clockwork: a fifth more or less.
    private func varied(_ duration: Duration, using generator: inout SplitMix64) -> Duration {
        duration * Double.random(in: 0.8...1.2, using: &generator) / max(speed, 0.001)
    }
}
