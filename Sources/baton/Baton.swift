import ArgumentParser
import BatonCommands

/// The executable; everything it does is in `BatonCommands`, where tests can reach it.
@main
struct Baton {
    static func main() async { await RootCommand.start() }
}
