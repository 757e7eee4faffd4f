/// What the name of a member, a header or a parameter tells of its value.
enum SecretName {
    /// A name without its case and signs: `X-Api-Key`, `x_api_key` and `xApiKey` are one.
    static func plain(_ name: String) -> String {
        String(
            decoding: name.utf8.filter(Bytes.isAlphanumeric).map { Bytes.isDigit($0) ? $0 : $0 | 0x20 },
            as: UTF8.self
        )
    }

    private static let endings = [
        "password", "passwd", "passwort", "pwd", "passcode", "passphrase", "secret", "token", "apikey", "accesskey",
        "secretkey", "privatekey", "accountkey", "masterkey", "subscriptionkey", "functionkey", "functionskey",
        "sharedaccesskey", "sessionkey", "authkey", "encryptionkey", "authorization", "cookie", "cookies", "credential",
        "credentials", "connectionstring", "clientsecret", "streamurl", "passwords", "secrets", "sharedaccesssignature",
        "accesskeyid", "onetimecode", "verificationcode", "securitycode", "authcode", "recoverycode",
    ]
    private static let whole: Set<String> = [
        "pass", "pin", "pincode", "otp", "totp", "cvv", "cvc", "cvv2", "cvc2", "csc", "sig", "jwt", "sas", "auth",
        "bearer", "sessionid", "sessid", "phpsessid", "jsessionid", "sid", "mfacode", "kennwort",
    ]
    private static let inAddresses: Set<String> = ["code", "signature", "ticket", "state", "key", "assertion", "nonce"]

    /// Whether a value of this name is a secret.
    static func isSecret(_ name: String) -> Bool {
        guard name.utf8.count <= 64 else { return false }
        let plain = plain(name)
        return whole.contains(plain) || endings.contains { plain.hasSuffix($0) }
    }

    /// Whether a parameter of an address is one; `code` is a secret there and a word elsewhere.
    static func isSecretInAddress(_ name: String) -> Bool { inAddresses.contains(plain(name)) }

    private static let kinds: [(endings: [String], kind: SensitiveText.Kind)] = [
        (["aadobjectid", "objectidentifier"], .id),
        (["userprincipalname", "upn", "email", "emailaddress", "mailaddress"], .email),
        (["phone", "phonenumber", "telephone", "mobile", "mobilenumber", "msisdn", "fax", "cellphone"], .phone),
        (["cardnumber", "creditcard", "ccnumber", "pan"], .card), (["iban"], .iban),
        (["ssn", "socialsecuritynumber"], .ssn), (["ipaddress", "clientip", "remoteip", "ipv4", "ipv6"], .ip),
    ]

    /// The kind of value that a name tells, where that is one that is masked.
    static func kind(_ name: String) -> SensitiveText.Kind? {
        guard name.utf8.count <= 64 else { return nil }
        let plain = plain(name)
        return kinds.first { $0.endings.contains { $0.count <= 4 ? plain == $0 : plain.hasSuffix($0) } }?.kind
    }

    private static let persons = [
        "firstname", "lastname", "middlename", "fullname", "givenname", "familyname", "surname", "displayname",
        "username", "customername", "contactname", "callername", "agentname", "nickname", "visitorname", "clientname",
        "patientname", "membername", "guestname", "employeename", "personname", "vorname", "nachname", "kundenname",
        "ownername",
    ]

    /// Whether a value of this name is what somebody is called.
    static func isPerson(_ name: String) -> Bool {
        guard name.utf8.count <= 64 else { return false }
        let plain = plain(name)
        return persons.contains { plain.hasSuffix($0) }
    }
}
