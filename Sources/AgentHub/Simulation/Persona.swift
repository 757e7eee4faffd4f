import Bots

/// Who a simulated agent plays: name, skills and what the agent can say.
package struct Persona: Hashable, Sendable {
    /// An answer and the words that call for it.
    struct Knowledge: Hashable, Sendable {
        let keywords: [String]
        let answer: String
    }

    /// The agent as the hub knows one.
    package let agent: HubAgent
    /// What the agent says to work on.
    let department: String
    let knowledge: [Knowledge]

    /// Billing and credit cards.
    package static let ana = Persona(
        agent: HubAgent(
            id: "ana",
            name: "Ana",
            skills: ["billing": 9, "credit card": 10, "credit cards": 10, "payments": 8],
            isStandIn: true
        ),
        department: "billing",
        knowledge: [
            Knowledge(
                keywords: ["lost", "stolen", "block"],
                answer: "I have blocked the card just now, so nobody can use it. A new one is with you in three days."
            ),
            Knowledge(
                keywords: ["declined", "refused", "not work", "doesn't work", "blocked"],
                answer: "I see a security hold after a foreign payment. I have lifted it; the card works again now."
            ),
            Knowledge(
                keywords: ["fee", "charge", "charged", "bill", "invoice", "refund", "money"],
                answer: "I see the amount on your statement. I have sent it back to your account; allow two days."
            ),
            Knowledge(
                keywords: ["limit", "increase"],
                answer: "Your limit is 2,000. I have sent the form for a higher one to your e-mail address."
            ),
            Knowledge(
                keywords: ["card", "credit", "payment", "pay"],
                answer: "Your card is active, and the last payment went through this morning. All looks well here."
            ),
        ]
    )

    /// Orders and technical questions.
    package static let ben = Persona(
        agent: HubAgent(
            id: "ben",
            name: "Ben",
            skills: ["orders": 9, "delivery": 9, "technical": 8, "returns": 7],
            isStandIn: true
        ),
        department: "orders and technical support",
        knowledge: [
            Knowledge(
                keywords: ["late", "where", "track", "arrive", "delivery", "delivered", "parcel"],
                answer: "The parcel is at the depot in your town and goes out tomorrow before noon."
            ),
            Knowledge(
                keywords: ["return", "send back", "exchange", "wrong", "broken", "damaged"],
                answer: "No problem. I have sent a return label to your e-mail address, and a new one leaves today."
            ),
            Knowledge(
                keywords: ["cancel"],
                answer: "It has not left the warehouse, so I have cancelled it. The money is back in two days."
            ),
            Knowledge(
                keywords: ["password", "login", "log in", "sign in", "app", "website", "error", "crash"],
                answer: "Please sign out and in again: I have reset the session on our side, which cures that error."
            ),
            Knowledge(
                keywords: ["order", "orders"],
                answer: "I have your order here. It was packed this morning and leaves with the evening truck."
            ),
        ]
    )

    /// Who does other work.
    func withSkills(_ skills: [String: Int]) -> Persona { Persona(self, skills: skills, capacity: agent.capacity) }

    /// Who takes so many conversations at once.
    package func withCapacity(_ capacity: Int) -> Persona { Persona(self, skills: agent.skills, capacity: capacity) }

    /// The answer to some words, nil when the agent knows nothing about them.
    func answer(to text: String) -> String? {
        let words = PlainWords(text)
        return knowledge.first { $0.keywords.contains(where: words.contains) }?.answer
    }
}

extension Persona {
    /// Somebody who talks like another.
    package init(_ model: Persona, id: String? = nil, name: String? = nil, skills: [String: Int], capacity: Int = 1) {
        agent = HubAgent(
            id: id ?? model.agent.id,
            name: name ?? model.agent.name,
            skills: skills,
            capacity: capacity,
            isStandIn: model.agent.isStandIn
        )
        department = model.department
        knowledge = model.knowledge
    }
}
