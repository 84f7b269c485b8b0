// Who owns the child's standard streams (lab 01-run; fchownat(2), stdin(3)).

using System.Globalization;
using MiniContainer.Kernel;
using static Tmds.Linux.LibC;

namespace MiniContainer.Plans;

public sealed partial class ChildTape
{
    /// <summary>Makes a user the owner of some of the descriptors 0, 1 and 2. Equivalent to: <c>chown UID
    /// /proc/self/fd/N</c>.</summary>
    /// <remarks>Not all can be given: the owner may have no name in this user namespace, or the file system be
    /// read-only.</remarks>
    /// <param name="descriptors">Which of them.</param>
    /// <param name="uid">The user, as the child's user namespace counts.</param>
    /// <param name="why">Why, and why here.</param>
    public void OwnStreams(IReadOnlyList<int> descriptors, uint uid, string why)
    {
        var user = uid.ToString(CultureInfo.InvariantCulture);
        Add(new Subject(Chapter.Privileges), $"give the standard streams to user {user}", why, "chown(2)", "01-run",
            [
                .. descriptors.Select(fd => new TapeCall("fchownat", fd, "", uid, TapeArg.Named(-1, "-1"),
                    TapeArg.Named((long)(uint)AT_EMPTY_PATH, "AT_EMPTY_PATH"))
                {
                    Allowed = [Errno.EPERM, Errno.EACCES, Errno.EINVAL, Errno.EROFS, Errno.ENOSYS],
                }),
            ],
            // A script may be called with other streams than the ones that were looked at: a pipe is given, nothing
            // else. Under another number, since chown's own complaint goes to /dev/null.
            [.. descriptors.Select(fd =>
                $"[ ! -p /proc/self/fd/{fd} ] || chown {user} /proc/self/fd/9 9>&{fd} 2>/dev/null || :")]);
    }
}
