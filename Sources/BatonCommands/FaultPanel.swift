import ChatScreen
import DirectLineServer
import Synchronization

/// What `/fault` does to the embedded server.
final class FaultPanel: Sendable {
    private let control = Mutex<FaultControl?>(nil)

    /// Takes the control of a server that is about to run.
    func connect(_ control: FaultControl) { self.control.withLock { $0 = control } }

    /// Adds a fault, clears all, or lists what goes wrong or could.
    func follow(_ wish: String) -> Result<[ChatItem.Row], CommandFailure> {
        guard let control = control.withLock({ $0 }) else {
            return .failure(CommandFailure("The server is not ours; only the embedded one has faults."))
        }
        switch wish {
        case "": return .success(rows(control))
        case "help": return .success(ServerFault.catalogue.map { ChatItem.Row($0.usage, $0.summary) })
        case "clear":
            control.clear()
            return .success([])
        case let name where FaultOption(argument: name).map { $0.serverFault == nil } ?? false:
            let words = "\(name) concerns agents, hub or bot and is chosen at the start: start with --fault \(name)"
            return .failure(CommandFailure(words))
        default:
            do throws(FaultSyntaxError) {
                let fault = try ServerFault(wish)
                control.add(fault)
                let rows = rows(control)
                // Some happen at once and are over.
                return .success(control.active.contains(fault) ? rows : rows + [Self.row(fault)])
            } catch {
                return .failure(CommandFailure(error.message + "; /fault clear ends all"))
            }
        }
    }

    private func rows(_ control: FaultControl) -> [ChatItem.Row] { control.active.map(Self.row) }

    private static func row(_ fault: ServerFault) -> ChatItem.Row { ChatItem.Row("\(fault)", fault.summary) }
}
