/// Any JSON value, kept so that writing it again gives the same document: member order, duplicate names and the
/// spelling of numbers survive.
///
/// Activities come from bots, services and files of every age; fields that we do not know must come out as they
/// went in (activity specification, rules A2005 and T2005). `Codable` loses order and number text, so it is not used.
public enum JSONValue: Hashable, Sendable {
    case null
    case bool(Bool)
    case number(JSONNumber)
    case string(String)
    case array([JSONValue])
    case object(JSONObject)
}

extension JSONValue {
    /// The text of a JSON string, nil for every other kind.
    public var string: String? {
        if case .string(let text) = self { text } else { nil }
    }

    /// The members of a JSON object, nil for every other kind.
    public var object: JSONObject? {
        if case .object(let object) = self { object } else { nil }
    }

    /// The elements of a JSON array, nil for every other kind.
    public var array: [JSONValue]? {
        if case .array(let elements) = self { elements } else { nil }
    }

    /// The truth value of `true` or `false`, nil for every other kind.
    public var bool: Bool? {
        if case .bool(let flag) = self { flag } else { nil }
    }

    /// The value of a number that is a whole number within 64 bits, nil otherwise.
    public var int: Int? {
        if case .number(let number) = self { number.int } else { nil }
    }

    /// The value of a number as a double, nil for every other kind.
    public var double: Double? {
        if case .number(let number) = self { number.double } else { nil }
    }

    /// Whether this is `null`.
    public var isNull: Bool { self == .null }

    /// The member of an object, nil when this is no object or has no such member.
    public subscript(key: String) -> JSONValue? { object?[key] }

    /// The element of an array, nil when this is no array or the index lies outside.
    public subscript(index: Int) -> JSONValue? {
        guard let array, array.indices.contains(index) else { return nil }
        return array[index]
    }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByFloatLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral, ExpressibleByNilLiteral
{
    /// A JSON string.
    public init(stringLiteral value: String) { self = .string(value) }
    /// A JSON truth value.
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    /// A JSON whole number.
    public init(integerLiteral value: Int) { self = .number(JSONNumber(value)) }
    /// A JSON number in the shortest spelling that reads back as the same double; `null` for a value JSON lacks.
    public init(floatLiteral value: Double) { self = JSONNumber(value).map(JSONValue.number) ?? .null }
    /// A JSON array.
    public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
    /// A JSON object, members in the order written.
    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        self = .object(JSONObject(entries: elements.map { JSONObject.Entry(key: $0.0, value: $0.1) }))
    }
    /// JSON `null`.
    public init(nilLiteral: ()) { self = .null }
}

/// A JSON number as it was written, such as `1.0`, `1e3` or `12345678901234567890`.
///
/// Two numbers are equal when they are spelt alike; compare ``double`` or ``int`` to compare values.
public struct JSONNumber: Hashable, Sendable {
    /// The number's text, valid by the grammar of RFC 8259.
    public let literal: String

    /// Takes text that a parser has already found valid.
    init(validated literal: String) { self.literal = literal }

    /// A whole number.
    public init(_ value: some BinaryInteger) { literal = String(value) }

    /// A number in the shortest spelling that reads back as the same double, nil for infinities and NaN.
    public init?(_ value: Double) {
        guard value.isFinite else { return nil }
        literal = "\(value)"
    }

    /// The value when the text is a whole number within 64 bits.
    public var int: Int? { Int(literal) }

    /// The nearest double; infinite when the number is too large for one.
    public var double: Double { Double(literal) ?? .nan }
}
