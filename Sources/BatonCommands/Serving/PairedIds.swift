/// What activities are called here and upstream, of which the newest are known.
///
/// A reply, a reaction or a change names the activity that it is about. Both services give ids of their own, so that
/// the name of one means nothing to the other.
struct PairedIds: Sendable {
    /// Of more pairs the older half is forgotten.
    private static let limit = 4096

    private var ownToUpstream: [String: String] = [:]
    private var upstreamToOwn: [String: String] = [:]
    private var order: [(own: String, upstream: String)] = []

    /// Learns that two ids mean the same activity.
    mutating func pair(_ own: String, upstream: String) {
        guard ownToUpstream.updateValue(upstream, forKey: own) != upstream else { return }
        upstreamToOwn[upstream] = own
        order.append((own, upstream))
        guard order.count > Self.limit else { return }
        for pair in order.prefix(Self.limit / 2) {
            ownToUpstream[pair.own] = nil
            upstreamToOwn[pair.upstream] = nil
        }
        order.removeFirst(Self.limit / 2)
    }

    /// What an activity of ours is called upstream; the id itself where that is not known.
    func upstream(of own: String) -> String { ownToUpstream[own] ?? own }

    /// What an activity of the service upstream is called here; the id itself where that is not known.
    func own(of upstream: String) -> String { upstreamToOwn[upstream] ?? upstream }
}
