import BotSchema
import Transcripts

/// Personal data and secrets of nobody, made anew from a seed, in the places where people and programs leave them.
struct PlantedCorpus {
    /// One value and where it is.
    struct Plant {
        let kind: String
        let value: String
        /// The text in which it stands, without it.
        let before: String
        let after: String
    }

    private(set) var plants: [Plant] = []
    private(set) var activities: [Activity] = []
    private var random: SplitMix64

    init(seed: UInt64) {
        random = SplitMix64(seed: seed)
        for _ in 0..<8 {
            for make in makers { plant(make) }
        }
        for (index, plant) in plants.enumerated() { activities.append(activity(index, plant)) }
    }

    /// A text with its plant left out or masked.
    static func text(_ plant: Plant, with middle: String) -> String { plant.before + middle + plant.after }

    // MARK: - Values

    private typealias Maker = (inout PlantedCorpus) -> (kind: String, value: String, before: String, after: String)

    private var makers: [Maker] {
        [
            { ("card", $0.card([4, 5, 3, 9], 16, [4, 4, 4, 4], " "), "Charge ", " 12/28 123 please") },
            { ("card", $0.card([5, 2, 7], 16, [16], ""), "my card is ", ", expires 12/28") },
            { ("card", $0.card([3, 4], 15, [4, 6, 5], "-"), "amex ", "!") },
            {
                ("card", $0.card([6, 0, 1, 1], 16, [4, 4, 4, 4], "\u{A0}"), "order LH-20817, card ", " on 2026-03-14")
            },
            { ("card", $0.card([6, 7, 5, 9], 12, [4, 4, 4], "."), "Maestro ", "") },
            { ("card", $0.card([6, 2], 19, [19], ""), "UnionPay (", ")") },
            { ("card", Self.fullWidth($0.card([4, 9], 16, [4, 4, 4, 4], " ")), "カード ", " です") },
            { ("card", $0.card([3, 0, 5], 14, [4, 6, 4], "/"), "https://pay.example/?pan=", "&step=2") },
            { ("phone", "+44 20 7946 0\($0.digits(3))", "Call ", " at 10:30") },
            { ("phone", "+49 (0)30 23\($0.digits(3)) \($0.digits(3))", "Tel. ", ", 14.03.2026") },
            { ("phone", "(555) 0\($0.digits(2))-\($0.digits(4))", "ring ", " today") },
            { ("phone", "06 12 \($0.digits(2)) \($0.digits(2)) \($0.digits(2))", "Mon numéro : ", ".") },
            { ("phone", "0151-2\($0.digits(7))", "Handy ", " ab 18:00") },
            { ("phone", "+1-555-01\($0.digits(1))-\($0.digits(4))", "sms to ", " 2026-03-14 10:00") },
            { ("phone", "+3361234\($0.digits(4))", "<a href=\"tel:", "\">here</a>") },
            { ("email", "\($0.letters(6)).\($0.letters(5))@mail.example.org", "Write to ", ".") },
            { ("email", "\($0.letters(7))%40mail.example", "mailto:", "?subject=x") },
            { ("email", "\($0.letters(7))&#64;mail.example", "<b>", "</b>") },
            { ("email", "\($0.letters(4))_corp.example#EXT#@contoso.example.com", "guest ", " joined") },
            { ("iban", $0.iban("DE", 18, grouped: true), "IBAN ", " please") },
            { ("iban", $0.iban("GB", 18, grouped: false, bank: "WEST"), "to ", ", thanks") },
            { ("ssn", "\($0.number(100...665))-\($0.number(10...99))-\($0.number(1000...9999))", "SSN: ", " ok") },
            { ("ip", "203.0.\($0.number(1...255)).\($0.number(1...255))", "from ", ":443 at 10:00") },
            { ("ip", "2001:db8::\($0.hex(4)):\($0.hex(3))1", "host ", " answered") },
            {
                (
                    "token", "eyJhbGciOiJIUzI1NiJ9.\($0.base64(24)).\($0.base64(32))", "Authorization: Bearer ",
                    " was sent"
                )
            },
            { ("key", "AKIA\($0.upper(16))", "aws ", " leaked") },
            { ("key", "ghp_\($0.base62(36))", "git ", " leaked") },
            { ("key", "glpat-\($0.base62(20))", "use ", "") },
            { ("key", "xoxb-\($0.digits(11))-\($0.base62(24))", "", "") },
            { ("key", "sk_live_\($0.base62(24))", "stripe ", ".") },
            { ("key", "AIza\($0.base62(35))", "maps ", " ok") },
            { ("secret", "\($0.base62(20))%3D", "https://files.example/a.png?sv=2024&sig=", "&se=x") },
            { ("secret", $0.base62(14), "https://app.example/cb?code=", "#top") },
            { ("secret", "\($0.letters(5)):\($0.base62(8))", "https://", "@git.example/repo") },
            { ("secret", $0.base62(9), "Server=db;password=", ";Port=1") },
            { ("name", "\($0.capital(6)) \($0.capital(7))", "I am ", ", hello") },
        ]
    }

    private mutating func plant(_ make: Maker) {
        let (kind, value, before, after) = make(&self)
        plants.append(Plant(kind: kind, value: value, before: before, after: after))
    }

    private mutating func digits(_ count: Int) -> String {
        String((0..<count).map { _ in Character("\(random.next() % 10)") })
    }

    private mutating func number(_ range: ClosedRange<Int>) -> Int {
        range.lowerBound + Int(random.next() % UInt64(range.count))
    }

    private mutating func pick(_ letters: String, _ count: Int) -> String {
        let letters = Array(letters)
        return String((0..<count).map { _ in letters[Int(random.next() % UInt64(letters.count))] })
    }

    private mutating func letters(_ count: Int) -> String { pick("abcdefghijklmnoprstuvwz", count) }
    private mutating func capital(_ count: Int) -> String { pick("BDGKLMRTV", 1) + pick("aeiouxz", count) }
    private mutating func hex(_ count: Int) -> String { pick("abcdef123456789", count) }
    private mutating func upper(_ count: Int) -> String { pick("ABCDEFGHIJKLMNOPQ234567", count - 1) + "7" }
    private mutating func base62(_ count: Int) -> String {
        pick("abcdefghijkLMNOPQRSTUVWXyz0123456789", count - 1) + "4"
    }
    private mutating func base64(_ count: Int) -> String { pick("abcdefghijkLMNOPQRSTUVWXyz0123456789-_", count) + "Q" }

    private mutating func card(_ prefix: [Int], _ length: Int, _ groups: [Int], _ separator: String) -> String {
        var digits = prefix
        while digits.count < length - 1 { digits.append(Int(random.next() % 10)) }
        var sum = 0
        for (place, digit) in digits.reversed().enumerated() {
            let value = place.isMultiple(of: 2) ? digit * 2 : digit
            sum += value > 9 ? value - 9 : value
        }
        digits.append((10 - sum % 10) % 10)
        var parts: [String] = []
        for size in groups {
            parts.append(digits.prefix(size).map(String.init).joined())
            digits.removeFirst(size)
        }
        return parts.joined(separator: separator)
    }

    private mutating func iban(_ country: String, _ length: Int, grouped: Bool, bank: String = "") -> String {
        let account = bank + digits(length - bank.count)
        var remainder = 0
        for sign in account + country + "00" {
            let value = sign.wholeNumberValue ?? Int(sign.asciiValue ?? 0) - 55
            remainder = (remainder * (value > 9 ? 100 : 10) + value) % 97
        }
        let check = 98 - remainder % 97
        let whole = country + (check < 10 ? "0" : "") + "\(check)" + account
        guard grouped else { return whole }
        return whole.enumerated().map { $0 > 0 && $0.isMultiple(of: 4) ? " \($1)" : "\($1)" }.joined()
    }

    private static func fullWidth(_ text: String) -> String {
        String(
            text.map { $0.wholeNumberValue.flatMap { Unicode.Scalar(0xFF10 + $0) }.map(Character.init) ?? "\u{3000}" }
        )
    }

    // MARK: - Places

    /// The text of a plant stands in a message, a member, a card, JSON within a text or a file within an address.
    private func activity(_ index: Int, _ plant: Plant) -> Activity {
        let text = JSONValue.string(Self.text(plant, with: plant.value))
        var json: JSONObject = [
            "type": "message", "id": .string("c1|\(index)"), "timestamp": "2026-03-14T10:00:00.000Z",
        ]
        json["from"] = ["id": "u1", "role": "user"]
        if plant.kind == "name" { json["from"] = ["id": "u1", "role": "user", "name": .string(plant.value)] }
        switch plant.kind == "name" ? 0 : index / 5 % 5 {
        case 0: json["text"] = text
        case 1: json["channelData"] = ["note": ["deep": [text]]]
        case 2:
            let card: JSONValue = [
                "type": "AdaptiveCard", "body": [["type": "TextBlock", "text": text]],
            ]
            json["attachments"] = [["contentType": "application/vnd.microsoft.card.adaptive", "content": card]]
        case 3:
            let inner: JSONValue = ["context": ["said": text, "at": 12]]
            json["value"] = .string(inner.prettyText)
        default:
            let outer: JSONValue = ["tags": .string(JSONValue.object(["said": text]).compactText)]
            json["channelData"] = .string(outer.compactText)
        }
        return Activity(json: json)
    }

    /// The text at the place of a plant.
    static func text(in activity: Activity) -> String? {
        let json = activity.json
        if let text = json["text"]?.string { return text }
        if let text = json["channelData"]?["note"]?["deep"]?[0]?.string { return text }
        if let text = json["attachments"]?[0]?["content"]?["body"]?[0]?["text"]?.string { return text }
        if let text = json["value"]?.string {
            return (try? JSONValue(parsing: text))?["context"]?["said"]?.string
        }
        let tags = json["channelData"]?.string.flatMap { try? JSONValue(parsing: $0) }?["tags"]?.string
        return tags.flatMap { try? JSONValue(parsing: $0) }?["said"]?.string
    }

    // MARK: - What is harmless

    /// A hundred texts in which nothing is to be masked.
    static let harmless: [String] = [
        "version 1.2.3.4", "Version 10.0.19041.1 is out", "v2.14.0-rc.1", "Chrome/120.0.0.0 Safari/537.36",
        "build 10.0.1.2", "firmware 3.2.1.0 and driver 31.0.15.4601", "swift 6.3.1", "SDK version 4.22.1.0",
        "release 2026.3.14", "upgraded to 5.4.3.2", "order LH-20817", "Order number 1234567890", "order 4711-0815",
        "Bestellung 0012345678 ist da", "order 123-4567890-1234567", "invoice 2026-000123", "ticket INC0012345",
        "case 500-12-3456 is open", "tracking 1Z999AA10123456784", "parcel 00340434161094042557", "ref 0205551234",
        "article 020 1234 5678", "SKU 555-123-4567", "serial 0123456789", "booking 912 345 678", "RMA-2026-03-14",
        "2026-03-14", "2026-03-14 10:00", "2026-03-14T10:00:00.000Z", "14.03.2026 um 10:30 Uhr", "03/14/2026 10:00 AM",
        "14/03/26", "10:00:00 - 11:30:00", "from 08:30 to 17:00", "Mon-Fri 0900-1730", "12/28", "Q1 2026 - Q2 2027",
        "week 11 2026", "2026/03/14 12:30:45", "1773482400000", "EUR 1.234.567,89", "1,234,567.89 USD", "$1 234 567",
        "12.345.678 €", "price 19.99", "£1,200.00 per month", "CHF 1'234'567.00", "99.99-149.99",
        "total 1234567.89 EUR",
        "3 x 12.50 = 37.50", "GTIN 4006381333931", "4006381333931", "EAN 5901234123457", "ISBN 978-3-16-148410-0",
        "ISBN 9783161484100", "UPC 036000291452", "barcode 4012345678901", "GTIN 00012345600012", "5012345678900",
        "EAN-8 96385074", "0b1e6f1e-0000-4000-8000-2f4a5b6c7d8e", "id 1234567890", "page 12 of 345",
        "1 2 3 4 5 6 7 8 9 10",
        "100 000 000 people", "50.1109, 8.6821", "size 38 40 42 44 46", "room 4.12.003", "seat 12A row 30",
        "flight LH 1234 gate B12", "ZIP 60311-1234", "IMEI 490154203237518", "http://127.0.0.1:3978/api/messages",
        "localhost:8080", "::1", "https://example.org/a/b?page=2&sort=date", "see https://example.org/order/20817",
        "std::vector<int>", "a@b", "@mina see 5@6", "email us", "my password is forgotten", "Password: required",
        "the token has expired", "tokens=128 used",
        "Password: 8 characters or more", "Secret: a word that nobody knows", "Authorization: required by law",
        "Authorization: Basic auth", "Authorization: Bearer <token>", "token: 1200 of 4096", "password: $PASSWORD",
        "Password: what is that?", "Cookie: the small file", "Cookies: 12 of them", "auth: OAuth2",
        "docker run -u 1000:1000 a", "code 200 OK", "error code=404", "promo code SPRING25",
        "key features: 12", "basic plan for 12 months", "a bearer of good news",
        "baton-transcript-convert-to-html-2026-03-14",
        "Donaudampfschifffahrtsgesellschaftskapitän", "3f2a9c1 fixed it", "1e6 rows", "0x1F4A9", "10.0.0 beta",
        "GB is a country", "DE 12", "AKIA is a prefix", "sk-learn", "50 % of 200", "A4 210 x 297", "12 V, 230 V, 50 Hz",
        "",
    ]
}
