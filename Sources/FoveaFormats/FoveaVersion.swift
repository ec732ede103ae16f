/// The version of Fovea, as files and `fovea --version` state it.
public enum FoveaVersion {
    public static let current = "0.1.0"
}
