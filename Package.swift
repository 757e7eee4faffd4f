// swift-tools-version: 6.3
import PackageDescription

/// One list for every target: the language of the coming Swift, and no warning left standing.
let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableUpcomingFeature("InferIsolatedConformances"),
    .enableUpcomingFeature("ImmutableWeakCaptures"),
    .treatAllWarnings(as: .error),
]

let package = Package(
    name: "baton",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "baton", targets: ["baton"]),
        .library(name: "BotSchema", targets: ["BotSchema"]),
        .library(name: "Handoff", targets: ["Handoff"]),
        .library(name: "Transcripts", targets: ["Transcripts", "TranscriptRendering"]),
        .library(name: "DirectLineClient", targets: ["DirectLineClient"]),
        .library(name: "DirectLineServer", targets: ["DirectLineServer"]),
    ],
    dependencies: [
        // Commands, flags, help and completion scripts of the executable.
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        // Log sinks that the network libraries below ask for.
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        // Sockets and WebSocket frames, for both ends of the stream.
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        // `HTTP1ToHTTPServerCodec`, which joins Hummingbird's HTTP types to a pipeline that can upgrade, and
        // `NIOHTTP1ProxyConnectHandler`, which takes a WebSocket through a proxy.
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.0"),
        // TLS for `wss` streams.
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.0"),
        // The currency types of a request, shared by Hummingbird and our upgrade channel.
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        // Direct Line REST calls and the calls to a bot's messaging endpoint.
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        // Connections, limits and draining of the embedded server; no traits, so that full Foundation stays out.
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.0", traits: []),
        // Rendezvous channels between the tasks of a chat: bounded hand-over instead of growing buffers.
        .package(url: "https://github.com/apple/swift-async-algorithms", from: "1.1.0"),
        // Programs that do a part of the work in a process of their own; no traits, so that full Foundation stays out.
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2", traits: []),
        // Codes that prove tokens, stream URLs and the addresses of bots (HMAC with SHA-256).
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.0"),
        // Graceful stop of the embedded server.
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        // Level 0: what is on the wire.
        .target(name: "BotSchema", swiftSettings: strict),

        // Level 1: transports of keys and of frames.
        .target(name: "CLibedit", linkerSettings: [.linkedLibrary("edit")]),
        .target(
            name: "WebSocketTransport",
            dependencies: [
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOWebSocket", package: "swift-nio"),
                .product(name: "NIOExtras", package: "swift-nio-extras"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ],
            swiftSettings: strict
        ),

        // Level 2: one role each.
        .systemLibrary(name: "CSpawn"),
        // Other programs, and what they get to know: the only target that starts any.
        .target(
            name: "ChildPrograms",
            dependencies: ["CSpawn", .product(name: "Subprocess", package: "swift-subprocess")],
            swiftSettings: strict
        ),
        .target(name: "LineEditing", dependencies: ["ChildPrograms", "CLibedit"], swiftSettings: strict),
        .target(name: "Pictures", dependencies: ["ChildPrograms"], swiftSettings: strict),
        // CommonMark with GitHub's additions, by the library that GitHub renders with.
        .systemLibrary(
            name: "CCmark",
            providers: [.apt(["libcmark-gfm-dev", "libcmark-gfm-extensions-dev"]), .brew(["cmark-gfm"])]
        ),
        .target(name: "Markup", dependencies: ["CCmark"], swiftSettings: strict),
        // What people see of a message, for the screen and for every export.
        .target(name: "MessageContent", dependencies: ["BotSchema", "Markup"], swiftSettings: strict),
        .target(name: "Handoff", dependencies: ["BotSchema"], swiftSettings: strict),
        .target(name: "Transcripts", dependencies: ["BotSchema"], swiftSettings: strict),
        .target(
            name: "DirectLineClient",
            dependencies: [
                "BotSchema", "WebSocketTransport",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOHTTPCompression", package: "swift-nio-extras"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ],
            swiftSettings: strict
        ),
        .target(
            name: "Bots",
            dependencies: [
                "BotSchema", "Handoff", "WebSocketTransport",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: strict
        ),

        // Level 3: the places where roles meet.
        .target(
            name: "DirectLineServer",
            dependencies: [
                "BotSchema", "Bots", "WebSocketTransport",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras"),
                .product(name: "NIOWebSocket", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict
        ),
        .target(name: "AgentHub", dependencies: ["BotSchema", "Bots", "Handoff"], swiftSettings: strict),
        .systemLibrary(name: "CSQLite", providers: [.apt(["libsqlite3-dev"])]),
        .target(
            name: "ConversationFile",
            dependencies: [
                "AgentHub", "BotSchema", "CSQLite", "DirectLineServer",
                .product(name: "Crypto", package: "swift-crypto"),
            ],
            swiftSettings: strict
        ),
        .target(name: "Desk", dependencies: ["AgentHub", "BotSchema", "Bots", "Handoff"], swiftSettings: strict),
        .target(
            name: "TranscriptRendering",
            dependencies: ["BotSchema", "Handoff", "Markup", "MessageContent", "Transcripts"],
            swiftSettings: strict
        ),
        .target(
            name: "ChatScreen",
            dependencies: [
                "AgentHub", "BotSchema", "Desk", "DirectLineClient", "Handoff", "LineEditing", "Markup",
                "MessageContent",
                "Pictures", "Transcripts",
                .product(name: "AsyncAlgorithms", package: "swift-async-algorithms"),
            ],
            swiftSettings: strict
        ),
        .target(
            name: "TranscriptReplay",
            dependencies: [
                "BotSchema", "ChatScreen", "DirectLineClient", "Handoff", "Transcripts",
                .product(name: "AsyncAlgorithms", package: "swift-async-algorithms"),
            ],
            swiftSettings: strict
        ),

        // Level 4: the only place that composes.
        .target(
            name: "BatonCommands",
            dependencies: [
                "AgentHub", "BotSchema", "Bots", "ChatScreen", "ChildPrograms", "ConversationFile", "Desk",
                "DirectLineClient", "DirectLineServer", "Handoff", "LineEditing", "MessageContent", "Pictures",
                "TranscriptRendering",
                "TranscriptReplay",
                "Transcripts",
                "WebSocketTransport",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict
        ),

        // Level 5.
        .executableTarget(
            name: "baton",
            dependencies: ["BatonCommands", .product(name: "ArgumentParser", package: "swift-argument-parser")],
            swiftSettings: strict
        ),

        // Beside the levels: figures, and what tests stand on.
        .executableTarget(
            name: "benchmarks",
            dependencies: [
                "AgentHub", "baton", "BotSchema", "Bots", "DirectLineServer", "TestSupport", "Transcripts",
                "WebSocketTransport",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            path: "Sources/Benchmarks",
            swiftSettings: strict
        ),
        .systemLibrary(name: "CVTerm", path: "Tests/CVTerm", providers: [.apt(["libvterm-dev"])]),
        .target(
            name: "TestSupport",
            dependencies: [
                "CVTerm", .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            path: "Tests/TestSupport",
            swiftSettings: strict
        ),
        .target(
            name: "HandoffFixtures",
            dependencies: ["BotSchema"],
            path: "Tests/HandoffFixtures",
            swiftSettings: strict
        ),
        .executableTarget(
            name: "line-editing-probe",
            dependencies: ["LineEditing"],
            path: "Tests/LineEditingProbe",
            swiftSettings: strict
        ),
        .testTarget(name: "BotSchemaTests", dependencies: ["BotSchema"], swiftSettings: strict),
        .testTarget(
            name: "LineEditingTests",
            dependencies: ["BotSchema", "ChildPrograms", "LineEditing", "TestSupport", "line-editing-probe"],
            swiftSettings: strict
        ),
        .testTarget(name: "MarkupTests", dependencies: ["Markup"], swiftSettings: strict),
        .testTarget(
            name: "PicturesTests",
            dependencies: ["BotSchema", "Pictures", "TestSupport"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "WebSocketTransportTests",
            dependencies: [
                "TestSupport", "WebSocketTransport",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOWebSocket", package: "swift-nio"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "HandoffTests",
            dependencies: ["BotSchema", "Handoff", "HandoffFixtures", "Transcripts"],
            swiftSettings: strict
        ),
        .executableTarget(
            name: "transcript-journal-probe",
            dependencies: ["BotSchema", "Transcripts"],
            path: "Tests/TranscriptJournalProbe",
            swiftSettings: strict
        ),
        .testTarget(
            name: "TranscriptsTests",
            dependencies: ["BotSchema", "TestSupport", "Transcripts", "transcript-journal-probe"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "TranscriptRenderingTests",
            dependencies: [
                "BotSchema", "ChatScreen", "Handoff", "MessageContent", "TestSupport", "TranscriptRendering",
                "Transcripts",
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "DirectLineClientTests",
            dependencies: [
                "AgentHub", "BatonCommands", "BotSchema", "DirectLineClient", "TestSupport", "Transcripts",
                "WebSocketTransport",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOWebSocket", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "BotsTests",
            dependencies: [
                "BotSchema", "Bots", "Handoff", "TestSupport",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "DirectLineServerTests",
            dependencies: [
                "AgentHub", "BotSchema", "Bots", "DirectLineClient", "DirectLineServer", "Handoff", "TestSupport",
                "WebSocketTransport",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "AgentHubTests",
            dependencies: ["AgentHub", "BotSchema", "Bots", "Handoff", "HandoffFixtures"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "ConversationFileTests",
            dependencies: ["AgentHub", "BotSchema", "ConversationFile", "DirectLineServer", "TestSupport"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "DeskTests",
            dependencies: [
                "AgentHub", "BotSchema", "Bots", "Desk", "DirectLineServer", "Handoff", "TestSupport",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "ChatScreenTests",
            dependencies: [
                "AgentHub", "BotSchema", "ChatScreen", "Desk", "DirectLineClient", "Handoff", "HandoffFixtures",
                "LineEditing", "MessageContent", "TestSupport", "Transcripts",
            ],
            exclude: ["Golden"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "TranscriptReplayTests",
            dependencies: ["BotSchema", "TranscriptReplay", "Transcripts", "TestSupport"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "BatonCommandsTests",
            dependencies: [
                "AgentHub", "BatonCommands", "BotSchema", "Bots", "Desk", "DirectLineClient", "DirectLineServer",
                "Handoff", "TestSupport", "Transcripts",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "BatonTests",
            dependencies: [
                "AgentHub", "baton", "BatonCommands", "BotSchema", "Bots", "DirectLineServer", "Handoff",
                "HandoffFixtures", "LineEditing",
                "TestSupport",
            ],
            exclude: ["Golden"],
            swiftSettings: strict
        ),
    ]
)
