// The listener of a filter that notifies, on its way from the child that installed it to the process that answers
// (lab 10-privileges; seccomp_unotify(2); runtime-spec, "The Container Process State").

using MiniContainer.Containers.Oci;
using MiniContainer.Containers.Steps;
using MiniContainer.Plans;

namespace MiniContainer.Containers.Planning;

/// <summary>Plans the handing over of listeners.</summary>
internal static class ListenerPlan
{
    /// <summary>What to add once a child has a listener, by its descriptor there.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="tape">The child's tape.</param>
    /// <param name="child">The child's name.</param>
    /// <param name="seccomp">The filter.</param>
    /// <param name="state">The container, as the other side is told of it.</param>
    /// <param name="status">Its status.</param>
    /// <param name="init">Its first process, where the child is another one.</param>
    public static Action<int> For(Plan plan, ChildTape tape, string child, LinuxSeccomp? seccomp, HookState state,
        string status, int? init) => descriptor =>
    {
        var hand = new HandListener(child, descriptor, seccomp!.ListenerPath!, state, status)
        {
            Metadata = seccomp.ListenerMetadata,
            Init = init,
            Why = "From here on whoever listens there decides about the calls that the filter stops, those of this "
                + "tape too.",
        };
        // Between the filter and the handing over the child makes one call that must not be stopped: the write of its
        // report.
        MeetingPlan.Add(plan, tape, child, [hand],
            ("The filter is there, and so is its listener.", "Until somebody listens.", "The child has the listener.",
                "Somebody listens."));
        tape.CloseListener(descriptor, "Were it open here, calls would wait for ever once the other side has gone.");
    };
}
