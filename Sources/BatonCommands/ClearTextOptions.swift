import ArgumentParser
import DirectLineClient

/// Whether secrets and conversations may leave this machine unencrypted.
struct ClearTextOptions: ParsableArguments {
    @Flag(
        name: .customLong("allow-http"),
        help: .detail("Send secrets and tokens over http to other machines; anybody on the way can read them.")
    )
    var isAllowed = false

    /// Refuses an address before anything is sent there; the client refuses it, too, but cannot name the option.
    ///
    /// - Throws: ``CommandError`` that says what to do.
    func check(_ endpoint: DirectLineEndpoint) throws(CommandError) {
        guard !isAllowed, !endpoint.isConfidential else { return }
        throw CommandError(
            "\(endpoint.authority) is another machine, and a secret or token sent there over http can be read on the way: "
                + "use https, or --allow-http if you trust the network"
        )
    }
}
