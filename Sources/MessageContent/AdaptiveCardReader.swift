package import BotSchema

extension AdaptiveCard {
    /// Reads a card, and never fails: what is broken or unknown is left out or named (specification C3006).
    ///
    /// - Parameter content: The attachment's content.
    package init(_ content: JSONValue?) {
        var reader = AdaptiveCardReader()
        self = reader.card(content ?? .null, depth: 0)
    }
}

/// Follows visibility, requirements and fallbacks through a card's JSON.
struct AdaptiveCardReader {
    /// Deeper elements are left out: cards nest a handful of levels.
    private static let depthLimit = 24
    /// More elements than anybody reads; a card of more was made to fill the screen.
    private static let elementLimit = 2000
    private static let rowLimit = 500
    private static let cellLimit = 40

    private var elementCount = 0

    mutating func card(_ content: JSONValue, depth: Int) -> AdaptiveCard {
        var elements = elements(content["body"], depth: depth + 1)
        if let action = selection(content) { elements.append(action) }
        return AdaptiveCard(
            elements: elements,
            actions: actions(content["actions"], depth: depth + 1),
            fallbackText: words(content["fallbackText"]),
            speech: words(content["speak"])
        )
    }

    private mutating func elements(_ list: JSONValue?, depth: Int) -> [AdaptiveElement] {
        (list?.array ?? []).compactMap { element($0, depth: depth) }
    }

    private mutating func element(_ json: JSONValue, depth: Int) -> AdaptiveElement? {
        guard json["isVisible"]?.bool != false, depth < Self.depthLimit, json.object != nil else { return nil }
        elementCount += 1
        guard elementCount <= Self.elementLimit else { return nil }
        var kind = requirementsAreMet(json) ? kind(of: json, depth: depth) : nil
        // A fallback also stands for what could not be shown inside (it bubbles up).
        let isWhole = kind.map { !AdaptiveElement(kind: $0).isUnsupportedSomewhere } ?? false
        if !isWhole, let fallback = json["fallback"] {
            if fallback.string?.lowercased() == "drop" { return nil }
            if fallback.object != nil { return element(fallback, depth: depth + 1) }
        }
        if kind == nil { kind = .unsupported(words(json["type"]) ?? "without a type") }
        guard let kind else { return nil }
        let spacing = json["spacing"]?.string?.lowercased()
        return AdaptiveElement(
            kind: kind,
            hasSeparator: json["separator"]?.bool == true,
            isSpaced: ["large", "extralarge", "padding"].contains(spacing)
        )
    }

    private mutating func kind(of json: JSONValue, depth: Int) -> AdaptiveElement.Kind? {
        let type = json["type"]?.string ?? ""
        switch type.lowercased() {
        case "textblock":
            let weight = json["weight"]?.string?.lowercased()
            return .text(
                words(json["text"]) ?? "",
                isStrong: weight == "bolder" || json["style"]?.string?.lowercased() == "heading",
                isSubtle: json["isSubtle"]?.bool == true
            )
        case "richtextblock": return .richText((json["inlines"]?.array ?? []).compactMap(run))
        case "image":
            let image = AdaptiveElement.Kind.image(
                alternative: words(json["altText"]),
                address: words(json["url"]) ?? ""
            )
            return with(selection(json), image)
        case "imageset": return .container(elements(json["images"], depth: depth + 1, as: "Image"))
        case "media":
            let source = json["sources"]?[0]
            let caption = words(json["altText"])
            return .media(name: caption, address: words(source?["url"]) ?? "", type: words(source?["mimeType"]))
        case "factset":
            return .facts(
                (json["facts"]?.array ?? []).map {
                    AdaptiveElement.Fact(title: words($0["title"]) ?? "", value: words($0["value"]) ?? "")
                }
            )
        case "container", "column", "tablecell":
            let items = elements(json["items"], depth: depth + 1)
            return .container(items + [selection(json)].compactMap { $0 })
        case "columnset": return columns(json, depth: depth)
        case "table": return table(json, depth: depth)
        case "actionset": return .actions(actions(json["actions"], depth: depth + 1))
        case "adaptivecard": return .card(card(json, depth: depth + 1))
        default: return CardField(json).map { .field($0) }
        }
    }

    private mutating func elements(_ list: JSONValue?, depth: Int, as type: String) -> [AdaptiveElement] {
        (list?.array ?? []).compactMap { json in
            guard var object = json.object else { return nil }
            if object["type"] == nil { object["type"] = .string(type) }
            return element(.object(object), depth: depth)
        }
    }

    private mutating func columns(_ json: JSONValue, depth: Int) -> AdaptiveElement.Kind {
        var columns: [AdaptiveElement.Column] = []
        for column in json["columns"]?.array ?? [] {
            let elements = elements(.array([column]), depth: depth + 1, as: "Column")
            guard !elements.isEmpty else { continue }
            let width = column["width"] ?? column["size"]
            let weight = width?.int ?? width?.string.flatMap { Int($0) } ?? (width?.string == "auto" ? nil : 1)
            columns.append(AdaptiveElement.Column(elements: elements, weight: weight))
        }
        return with(selection(json), .columns(columns))
    }

    private mutating func table(_ json: JSONValue, depth: Int) -> AdaptiveElement.Kind {
        var rows: [[[AdaptiveElement]]] = []
        for row in (json["rows"]?.array ?? []).prefix(Self.rowLimit) where row["isVisible"]?.bool != false {
            rows.append(
                (row["cells"]?.array ?? []).prefix(Self.cellLimit).map {
                    elements(.array([$0]), depth: depth + 2, as: "TableCell")
                }
            )
        }
        let hasHeader = (json["firstRowAsHeader"] ?? json["firstRowAsHeaders"])?.bool != false
        return .table(AdaptiveElement.Table(rows: rows, hasHeader: hasHeader))
    }

    private func run(_ json: JSONValue) -> AdaptiveElement.Run? {
        if let text = json.string { return AdaptiveElement.Run(text: text) }
        guard json["isVisible"]?.bool != false, let text = words(json["text"]) else { return nil }
        return AdaptiveElement.Run(
            text: text,
            isStrong: json["weight"]?.string?.lowercased() == "bolder" || json["highlight"]?.bool == true,
            isItalic: json["italic"]?.bool == true,
            isStruck: json["strikethrough"]?.bool == true,
            isUnderlined: json["underline"]?.bool == true,
            isSubtle: json["isSubtle"]?.bool == true,
            action: CardAction(json["selectAction"])
        )
    }

    // MARK: - Actions

    private mutating func actions(_ list: JSONValue?, depth: Int) -> [CardAction] {
        (list?.array ?? []).compactMap { action($0, depth: depth) }
    }

    private mutating func action(_ json: JSONValue, depth: Int) -> CardAction? {
        guard json["isVisible"]?.bool != false, let action = CardAction(json), depth < Self.depthLimit else {
            return nil
        }
        let isKnown = CardActionKind(action) != nil && requirementsAreMet(json)
        guard !isKnown, let fallback = json["fallback"] else { return action }
        return fallback.string?.lowercased() == "drop" ? nil : self.action(fallback, depth: depth + 1) ?? action
    }

    /// What activating a whole element does, as a button below it.
    private func selection(_ json: JSONValue) -> AdaptiveElement? {
        guard var action = CardAction(json["selectAction"]) else { return nil }
        if action.title.isEmpty { action.json["title"] = .string(words(json["altText"]) ?? "Select") }
        return AdaptiveElement(kind: .actions([action]))
    }

    private func with(_ selection: AdaptiveElement?, _ kind: AdaptiveElement.Kind) -> AdaptiveElement.Kind {
        selection.map { .container([AdaptiveElement(kind: kind), $0]) } ?? kind
    }

    // MARK: - Values

    /// `requires` names features with the least version; there is one feature here, the cards themselves.
    private func requirementsAreMet(_ json: JSONValue) -> Bool {
        (json["requires"]?.object?.entries ?? []).allSatisfy { entry in
            guard entry.key.lowercased() == "adaptivecards" else { return false }
            guard let version = words(entry.value), version != "*" else { return true }
            let parts = version.split(separator: ".").map { Int($0) ?? .max }
            return parts.lexicographicallyPrecedes([1, 5, 1])
        }
    }

    private func words(_ value: JSONValue?) -> String? { value.flatMap(\.words) }
}

extension JSONValue {
    /// What a field that should be text says; bots also write numbers and truth values there.
    package var words: String? {
        switch self {
        case .string(let text): text.isEmpty ? nil : text
        case .number(let number): number.literal
        case .bool(let flag): flag ? "true" : "false"
        case .null, .array, .object: nil
        }
    }
}
