// What went wrong and stops nothing: the specification has a runtime warn of a failed poststop hook and go on. The
// command line decides where warnings go; the floors below only say them (lab 12-oci; runtime-spec, "Warnings").

namespace MiniContainer.Plans;

/// <summary>Takes warnings.</summary>
public static class Warnings
{
    /// <summary>Takes each warning; drops it at first.</summary>
    public static Action<string> Sink { get; set; } = _ => { };
}
