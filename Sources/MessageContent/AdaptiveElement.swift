package import BotSchema

/// Something to be seen in an Adaptive Card: what its JSON comes to after visibility, requirements and fallbacks.
package struct AdaptiveElement: Hashable, Sendable {
    /// What it is, with what is needed to show it.
    package indirect enum Kind: Hashable, Sendable {
        /// Markdown of the card's own small subset.
        case text(String, isStrong: Bool, isSubtle: Bool)
        /// Pieces that flow after one another.
        case richText([Run])
        case image(alternative: String?, address: String)
        case media(name: String?, address: String, type: String?)
        case facts([Fact])
        case container([AdaptiveElement])
        case columns([Column])
        case table(Table)
        case actions([CardAction])
        case field(CardField)
        /// A card that was opened inside this one.
        case card(AdaptiveCard)
        /// An element that nobody here knows, by its type.
        case unsupported(String)
    }

    /// A piece of rich text.
    package struct Run: Hashable, Sendable {
        /// The words; they are no Markdown.
        package var text: String
        package var isStrong = false
        package var isItalic = false
        package var isStruck = false
        package var isUnderlined = false
        package var isSubtle = false
        /// What activating the words does.
        package var action: CardAction?
    }

    /// A label and what there is to say about it.
    package struct Fact: Hashable, Sendable {
        package var title: String
        package var value: String
    }

    /// A column of elements.
    package struct Column: Hashable, Sendable {
        package var elements: [AdaptiveElement]
        /// The column's part of the room that remains beside columns as wide as their content, nil for those.
        package var weight: Int?
    }

    /// Cells in rows.
    package struct Table: Hashable, Sendable {
        package var rows: [[[AdaptiveElement]]]
        /// Whether the first row names the columns.
        package var hasHeader: Bool
    }

    /// What it is.
    package var kind: Kind
    /// Whether a line parts it from what is above it.
    package var hasSeparator = false
    /// Whether it stands apart from what is above it.
    package var isSpaced = false
}

/// An Adaptive Card as far as it is to be seen now (schema 1.5).
package struct AdaptiveCard: Hashable, Sendable {
    /// What it holds, in order.
    package var elements: [AdaptiveElement]
    /// The buttons below it.
    package var actions: [CardAction]
    /// The author's words for readers who cannot show it all.
    package var fallbackText: String?
    /// The author's words for listeners; tags included.
    package var speech: String?

    /// Whether something in it can be shown by nobody here.
    package var hasUnsupported: Bool { elements.contains(where: \.isUnsupportedSomewhere) }

    /// Its fields, in order, without those of cards that are opened inside it.
    package var fields: [CardField] { elements.flatMap(\.fields) }

    /// Everything that can be chosen in it, in the order in which it is shown, each with the fields that go with it.
    package var choices: [(action: CardAction, fields: [CardField])] { choices(besides: []) }

    private func choices(besides outer: [CardField]) -> [(action: CardAction, fields: [CardField])] {
        // An opened card sends what is above it along, but never what a card beside it asks.
        let own = outer + fields
        return elements.flatMap { $0.choices(with: own) } + actions.map { ($0, own) }
    }

    fileprivate func innerChoices(besides outer: [CardField]) -> [(action: CardAction, fields: [CardField])] {
        choices(besides: outer)
    }
}

extension AdaptiveElement {
    /// The elements that stand inside, apart from opened cards.
    private var children: [AdaptiveElement] {
        switch kind {
        case .container(let elements): elements
        case .columns(let columns): columns.flatMap(\.elements)
        case .table(let table): table.rows.flatMap { $0.flatMap { $0 } }
        default: []
        }
    }

    package var isUnsupportedSomewhere: Bool {
        if case .unsupported = kind { return true }
        return children.contains(where: \.isUnsupportedSomewhere)
    }

    fileprivate var fields: [CardField] {
        if case .field(let field) = kind { return [field] }
        return children.flatMap(\.fields)
    }

    fileprivate func choices(with fields: [CardField]) -> [(action: CardAction, fields: [CardField])] {
        switch kind {
        case .actions(let actions): actions.map { ($0, fields) }
        case .richText(let runs): runs.compactMap(\.action).map { ($0, fields) }
        case .card(let card): card.innerChoices(besides: fields)
        default: children.flatMap { $0.choices(with: fields) }
        }
    }
}
