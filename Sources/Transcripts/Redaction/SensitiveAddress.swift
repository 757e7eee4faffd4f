/// Finds e-mail addresses, user principal names, internet addresses and bank accounts.
enum SensitiveAddress {
    // MARK: - E-mail

    static func emails(in bytes: [UInt8]) -> [SensitivePiece] {
        var pieces: [SensitivePiece] = []
        var last = 0
        for at in bytes.indices where bytes[at] == UInt8(ascii: "@") {
            var start = at
            while start > last, isLocal(at: start - 1, in: bytes) { start -= 1 }
            // A full stop or an apostrophe before the address belongs to the sentence.
            while start < at, ".'".utf8.contains(bytes[start]) { start += 1 }
            // Guests of a directory: mina_example.org#EXT#@contoso.onmicrosoft.com.
            if start == at, at >= 5, bytes[(at - 5)..<at].elementsEqual("#EXT#".utf8) {
                start = at - 5
                while start > last, isLocal(at: start - 1, in: bytes) { start -= 1 }
            }
            var end = at + 1
            while end < bytes.count, Bytes.isWord(bytes[end]) || ".-".utf8.contains(bytes[end]) { end += 1 }
            while end > at + 1, !Bytes.isWord(bytes[end - 1]) { end -= 1 }
            let domain = bytes[(at + 1)..<end]
            let top = domain.lastIndex(of: UInt8(ascii: ".")).map { domain[($0 + 1)...] } ?? []
            let isTop = top.starts(with: "xn--".utf8) || top.allSatisfy { Bytes.isLetter($0) || $0 >= 0x80 }
            guard start < at, top.count >= 2, isTop else { continue }
            pieces.append(SensitivePiece(start..<end, .email, in: bytes))
            last = end
        }
        return pieces
    }

    /// An encoded byte is another view's: `to%3Dmina@…` begins behind the sign.
    private static func isLocal(at index: Int, in bytes: [UInt8]) -> Bool {
        let byte = bytes[index]
        guard Bytes.isWord(byte) || ".%+-_'".utf8.contains(byte) else { return false }
        func isEncoded(at percent: Int) -> Bool {
            percent >= 0 && percent + 2 < bytes.count && bytes[percent] == UInt8(ascii: "%")
                && Bytes.hexValue(bytes[percent + 1]) != nil && Bytes.hexValue(bytes[percent + 2]) != nil
        }
        return !isEncoded(at: index) && !isEncoded(at: index - 1) && !isEncoded(at: index - 2)
    }

    // MARK: - IP addresses

    static func internet(in bytes: [UInt8]) -> [SensitivePiece] {
        var pieces: [SensitivePiece] = []
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            guard Bytes.hexValue(byte) != nil || byte == UInt8(ascii: ":"),
                index == 0 || !(Bytes.isWord(bytes[index - 1]) || ".:_".utf8.contains(bytes[index - 1]))
            else {
                index += 1
                continue
            }
            var end = index
            var colons = 0
            while end < bytes.count, Bytes.hexValue(bytes[end]) != nil || ":.".utf8.contains(bytes[end]) {
                if bytes[end] == UInt8(ascii: ":") { colons += 1 }
                end += 1
            }
            let next = end
            while end > index, bytes[end - 1] == UInt8(ascii: ".") { end -= 1 }
            defer { index = max(next, index + 1) }
            if end < bytes.count, end == next, Bytes.isWord(bytes[end]) || bytes[end] == UInt8(ascii: "_") { continue }
            if colons >= 2 {
                while end > index, bytes[end - 1] == UInt8(ascii: ":"), !bytes[index..<end].hasSuffix("::") { end -= 1 }
                if isVersion6(bytes[index..<end]) { pieces.append(SensitivePiece(index..<end, .ip, in: bytes)) }
            } else {
                // A port may follow.
                end = bytes[index..<end].firstIndex(of: UInt8(ascii: ":")) ?? end
                if isVersion4(bytes[index..<end]), !Context.isVersion(before: index, in: bytes) {
                    pieces.append(SensitivePiece(index..<end, .ip, in: bytes))
                }
            }
        }
        return pieces
    }

    /// Four numbers up to 255; the machine itself and no machine are no secret.
    private static func isVersion4(_ text: ArraySlice<UInt8>) -> Bool {
        guard (7...15).contains(text.count), let octets = octets(text) else { return false }
        return octets[0] != 127 && octets != [0, 0, 0, 0]
    }

    private static func octets(_ text: ArraySlice<UInt8>) -> [Int]? {
        let parts = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        let octets = parts.compactMap { part -> Int? in
            guard (1...3).contains(part.count), part.allSatisfy(Bytes.isDigit), part.count == 1 || part.first != 0x30
            else { return nil }
            return Int(String(decoding: part, as: UTF8.self)).flatMap { $0 < 256 ? $0 : nil }
        }
        return octets.count == 4 ? octets : nil
    }

    private static func isVersion6(_ text: ArraySlice<UInt8>) -> Bool {
        guard (4...45).contains(text.count) else { return false }
        let groups = text.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        var count = 0
        var gaps = 0
        for (index, group) in groups.enumerated() {
            if group.isEmpty {
                // `::` at either end gives two empty groups.
                if index > 0, index < groups.count - 1 { gaps += 1 }
            } else if index == groups.count - 1, group.contains(UInt8(ascii: ".")) {
                guard octets(group) != nil else { return false }
                count += 2
            } else {
                guard group.count <= 4, group.allSatisfy({ Bytes.hexValue($0) != nil }) else { return false }
                count += 1
            }
        }
        if groups.first?.isEmpty == true, groups.dropFirst().first?.isEmpty != true { return false }
        if groups.last?.isEmpty == true, groups.dropLast().last?.isEmpty != true { return false }
        guard count >= 2, text.contains(where: Bytes.isDigit) else { return false }
        return gaps == 1 ? count < 8 : gaps == 0 && count == 8
    }

    // MARK: - IBAN

    /// How long the account numbers of each country are (ISO 13616 registry).
    private static let ibanLengths: [String: Int] = {
        let table = """
            NO15 BE16 DK18 FI18 FO18 GL18 NL18 SD18 FK18 MK19 SI19 AT20 BA20 EE20 KZ20 LT20 LU20 XK20 MN20 CH21 HR21 \
            LI21 LV21 BG22 BH22 CR22 DE22 GB22 GE22 IE22 ME22 RS22 VA22 AE23 GI23 IL23 IQ23 OM23 SO23 TL23 AD24 CZ24 \
            ES24 MD24 PK24 RO24 SA24 SE24 SK24 TN24 VG24 LY25 PT25 ST25 IS26 TR26 BI27 DJ27 FR27 GR27 IT27 MC27 MR27 \
            SM27 AL28 AZ28 BY28 CY28 DO28 GT28 HU28 LB28 NI28 PL28 SV28 BR29 EG29 PS29 QA29 UA29 JO30 KW30 MU30 YE30 \
            MT31 SC32 RU33 LC32
            """
        let entries = table.split(separator: " ").map { (String($0.prefix(2)), Int($0.dropFirst(2)) ?? 0) }
        return Dictionary(entries, uniquingKeysWith: { first, _ in first })
    }()

    static func ibans(in bytes: [UInt8]) -> [SensitivePiece] {
        var pieces: [SensitivePiece] = []
        var last = 0
        for start in bytes.indices.dropLast(14)
        where start >= last && Bytes.isLetter(bytes[start]) && Bytes.isLetter(bytes[start + 1])
            && Bytes.isDigit(bytes[start + 2]) && (start == 0 || !Bytes.isWord(bytes[start - 1]))
        {
            let country = String(decoding: bytes[start...(start + 1)], as: UTF8.self).uppercased()
            guard let length = ibanLengths[country] else { continue }
            var signs: [UInt8] = []
            var index = start
            var separators = 0
            while index < bytes.count, signs.count < length {
                if Bytes.isAlphanumeric(bytes[index]) {
                    signs.append(bytes[index])
                    separators = 0
                } else {
                    separators += 1
                    guard separators == 1, " -.".utf8.contains(bytes[index]) else { break }
                }
                index += 1
            }
            guard signs.count == length, index == bytes.count || !Bytes.isWord(bytes[index]), isIBAN(signs) else {
                continue
            }
            pieces.append(SensitivePiece(start..<index, .iban, in: bytes))
            last = index
        }
        return pieces
    }

    /// The check of ISO 7064 (MOD 97-10).
    private static func isIBAN(_ signs: [UInt8]) -> Bool {
        var remainder = 0
        for sign in signs[4...] + signs[..<4] {
            if Bytes.isDigit(sign) {
                remainder = (remainder * 10 + Int(sign - UInt8(ascii: "0"))) % 97
            } else {
                remainder = (remainder * 100 + Int((sign & 0xDF) - UInt8(ascii: "A")) + 10) % 97
            }
        }
        return remainder == 1
    }
}

extension ArraySlice<UInt8> {
    fileprivate func hasSuffix(_ text: String) -> Bool { suffix(text.utf8.count).elementsEqual(text.utf8) }
}

/// The words before a number, which tell what it is.
enum Context {
    /// How many bytes before a place its words are looked for.
    static let reach = 28

    /// The words within a few characters before a place, in small letters, the nearest last.
    static func words(before index: Int, in bytes: [UInt8]) -> [Substring] {
        Bytes.lowercased(bytes[max(0, index - reach)..<index]).split { !($0.isLetter || $0 == "/") }.suffix(4)
    }

    private static let orders: Set<Substring> = [
        "order", "orders", "bestellung", "bestellnummer", "auftrag", "auftragsnummer", "commande", "pedido", "ordine",
        "invoice", "rechnung", "rechnungsnummer", "ticket", "case", "tracking", "parcel", "paket", "shipment",
        "sendung", "article", "artikel", "artikelnummer", "sku", "ean", "gtin", "upc", "isbn", "barcode", "imei",
        "serial", "seriennummer", "item", "product", "reference", "ref", "booking", "receipt", "part", "build",
    ]

    private static let phones: Set<Substring> = [
        "phone", "telephone", "tel", "telefon", "telefonnummer", "telefono", "teléfono", "téléphone", "call", "mobile",
        "cell", "handy", "handynummer", "mobil", "whatsapp", "sms", "fax", "rufnummer", "anrufen", "ring", "dial",
        "callback", "móvil", "portable", "celular",
    ]

    private static let versions: Set<Substring> = [
        "version", "versions", "ver", "v", "build", "release", "firmware", "sdk", "rev", "revision", "update", "driver",
        "patch", "upgrade", "upgraded", "updated",
    ]

    /// Whether the number is one of an order, an article or the like.
    static func isOrder(before index: Int, in bytes: [UInt8]) -> Bool {
        let words = words(before: index, in: bytes)
        guard let order = words.lastIndex(where: orders.contains) else { return false }
        return words.lastIndex(where: { phones.contains($0) || $0 == "card" }) ?? -1 < order
    }

    /// Whether the number is one to be called.
    static func isPhone(before index: Int, in bytes: [UInt8]) -> Bool {
        let words = words(before: index, in: bytes)
        guard let phone = words.lastIndex(where: phones.contains) else { return false }
        return words.lastIndex(where: orders.contains) ?? -1 < phone
    }

    /// Whether four numbers are those of a program: `version 1.2.3.4`, `Chrome/1.2.3.4`.
    static func isVersion(before index: Int, in bytes: [UInt8]) -> Bool {
        if index >= 2, bytes[index - 1] == UInt8(ascii: "/"), Bytes.isLetter(bytes[index - 2]) { return true }
        return words(before: index, in: bytes).suffix(3).contains(where: versions.contains)
    }
}
