import NIOSSL

/// A certificate authority that nobody trusts, and what it has signed for `localhost` and `service.test`.
///
/// Made for these tests alone with `openssl`; the keys protect nothing.
enum TestAuthority {
    static let certificate = """
        -----BEGIN CERTIFICATE-----
        MIIBVDCB+6ADAgECAgEBMAoGCCqGSM49BAMCMBkxFzAVBgNVBAMMDlRlc3QgQXV0
        aG9yaXR5MCAXDTIwMDEwMTAwMDAwMFoYDzIxMjAwMTAxMDAwMDAwWjAZMRcwFQYD
        VQQDDA5UZXN0IEF1dGhvcml0eTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABPfr
        3AqGol5GJChIbYLP3DHs+lAwHDKYy4KxCl7b8SSfpgdXR8tSDjxbskTtLkv5gcw+
        Mpn4KGLI3dVXhNrEId+jMjAwMA8GA1UdEwEB/wQFMAMBAf8wHQYDVR0OBBYEFP9h
        y+BP6YrJBJ0LkDIU8PN2ivU6MAoGCCqGSM49BAMCA0gAMEUCIQDyEFbUB2gDJqvi
        mridr451poOWfruBdZD2/yS5V539nAIgHPyFj4eGvDxwx7kH8nbQtp1VE0i0vsO/
        xitswAU6Wr4=
        -----END CERTIFICATE-----
        """

    private static let serverCertificate = """
        -----BEGIN CERTIFICATE-----
        MIIBoDCCAUagAwIBAgIBAjAKBggqhkjOPQQDAjAZMRcwFQYDVQQDDA5UZXN0IEF1
        dGhvcml0eTAgFw0yMDAxMDEwMDAwMDBaGA8yMTIwMDEwMTAwMDAwMFowFDESMBAG
        A1UEAwwJbG9jYWxob3N0MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE9oDIND8+
        sQhZN4Vi2LhIE/ZZLEiM7LWUGAMtHPAl7dszF3hDOhntDsY0gBkL69AWbOmm3wl6
        QfXWyTjwWa/ODqOBgTB/MCgGA1UdEQQhMB+CCWxvY2FsaG9zdIIMc2VydmljZS50
        ZXN0hwR/AAABMBMGA1UdJQQMMAoGCCsGAQUFBwMBMB0GA1UdDgQWBBSs8OWOXmbC
        FmUBGB0eodJ3UiGOuTAfBgNVHSMEGDAWgBT/YcvgT+mKyQSdC5AyFPDzdor1OjAK
        BggqhkjOPQQDAgNIADBFAiBwqPdubBAOkJNayGFh2ag18gXK6HNeOpOvfTYjTYGN
        TQIhANwQmkUA570QCyV33cCJj4W818u/LGRIeKz/DB3GHZaF
        -----END CERTIFICATE-----
        """

    private static let serverKey = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgc48cnuRWIDryh/fR
        yQsgc19t//j3+ngsk7ep72owlUehRANCAAT2gMg0Pz6xCFk3hWLYuEgT9lksSIzs
        tZQYAy0c8CXt2zMXeEM6Ge0OxjSAGQvr0BZs6abfCXpB9dbJOPBZr84O
        -----END PRIVATE KEY-----
        """

    /// TLS as the service speaks it, no newer than a version.
    static func serverContext(newest: TLSVersion? = nil) throws -> NIOSSLContext {
        let chain = try NIOSSLCertificate.fromPEMBytes(Array(serverCertificate.utf8))
        let key = try NIOSSLPrivateKey(bytes: Array(serverKey.utf8), format: .pem)
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) },
            privateKey: .privateKey(key)
        )
        configuration.minimumTLSVersion = .tlsv1
        configuration.maximumTLSVersion = newest
        return try NIOSSLContext(configuration: configuration)
    }
}
