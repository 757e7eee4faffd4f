#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Addresses that people give to options.
enum HTTPAddress {
    /// The address when it is an `http` or `https` URL with a host.
    ///
    /// - Throws: ``CommandError`` that names the option and what was expected.
    static func checked(_ text: String, option: String) throws(CommandError) -> String {
        guard let url = URL(string: text), let scheme = url.scheme?.lowercased(), ["http", "https"].contains(scheme),
            let host = url.host(), !host.isEmpty
        else { throw CommandError("\(option) takes an http or https address, such as http://127.0.0.1:3978/api/messages") }
        return text
    }
}
