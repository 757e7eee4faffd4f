import ChatScreen
import Testing

struct FieldPatternTests {
    @Test(arguments: [
        ("^[a-z]+$", "abc", true), ("^[a-z]+$", "abC", false), ("b", "abc", true), ("^$", "", true),
        ("^\\d{3}-\\d{4}$", "555-1234", true), ("^\\d{3}-\\d{4}$", "555-123", false),
        ("^[\\w.%+-]+@[\\w-]+(\\.[\\w-]+)+$", "a.b@c.example.org", true),
        ("^[\\w.%+-]+@[\\w-]+(\\.[\\w-]+)+$", "a.b@c", false),
        ("^(?=.*\\d)(?=.*[A-Z]).{8,}$", "passWord1", true), ("^(?=.*\\d)(?=.*[A-Z]).{8,}$", "password1", false),
        ("^(?!admin)", "user", true), ("^(?!admin)", "administrator", false),
        ("a|b|cd", "xcdx", true), ("^(?:ab){2,3}$", "ababab", true), ("^(?:ab){2,3}$", "abababab", false),
        ("\\bcat\\b", "a cat!", true), ("\\bcat\\b", "concat", false), ("^[^0-9]+$", "Ana", true),
        ("^[^\\d\\s]+$", "a b", false), ("x{2,}", "axxx", true), ("a{,3}", "a{,3}", true), ("^\\u0041$", "A", true),
        ("^[\\]\\-a]+$", "]-a", true), ("é.$", "né ", true), ("^.*?x$", "aax", true), ("(?<name>a)b", "ab", true),
    ])
    func `a pattern is found as JavaScript finds it`(pattern: String, text: String, isFound: Bool) throws {
        #expect(try #require(FieldPattern(pattern)).isFound(in: text) == isFound)
    }

    @Test(arguments: [
        "(", "a)", "[a", "*", "a**", "(a)\\1", "(?<=a)b", "\\p{L}", "a{3,2}", "(((a{200}){200}){200})", "(?",
    ])
    func `what is broken or unknown is left to the bot`(pattern: String) {
        #expect(FieldPattern(pattern) == nil)
    }

    @Test(.timeLimit(.minutes(20)))
    func `a long text is looked through, or left to the bot`() throws {
        let text = String(repeating: "a", count: 1000)
        #expect(try #require(FieldPattern("(a|b){50}c")).isFound(in: text) == false)
        #expect(try #require(FieldPattern("c")).isFound(in: String(repeating: "a", count: 20_001)))
        #expect(try #require(FieldPattern("(?=c)")).isFound(in: text))
        #expect(FieldPattern("(?=a(?=b))") == nil)
    }

    @Test(.timeLimit(.minutes(20)), arguments: ["^(a+)+$", "^(a|a)*$", "(.*)*x", "^(a?){50}a{50}$", "^((a*)*)*$"])
    func `no pattern can hold up the chat`(pattern: String) throws {
        let text = String(repeating: "a", count: 200) + "!"
        #expect(try #require(FieldPattern(pattern)).isFound(in: text) == false)
    }
}
