import CZlib

/// The library that decompresses gzip files.
public enum ZlibLibrary {
    /// Its version, such as `1.2.13`.
    public static var version: String {
        // Safe: zlib returns a constant string, which is copied at once.
        unsafe String(cString: zlibVersion())
    }
}
