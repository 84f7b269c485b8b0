// What a journal is told of a step it tells again, whatever the step leaves open.

using System.Reflection;
using MiniContainer.Kernel;
using MiniContainer.Plans;

namespace MiniContainer.Cli.Tests;

public sealed class StepRoundTripTests
{
    public static TheoryData<string> Kinds => [.. KnownSteps.Kinds.All.Select(k => k.Kind)];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_step_of_which_all_is_null_that_may_be_is_read_again(string kind)
    {
        var step = (Step)Make(KnownSteps.Kinds.All.Single(k => k.Kind == kind).Type, 0);
        var directory = Directory.CreateTempSubdirectory("minic-steps-").FullName;
        try
        {
            var path = Path.Combine(directory, "journal");
            var header = new JournalHeader { Kind = "container", Id = "box", Owner = ProcessIdentity.Self };
            using (var journal = Journal.Create(path, KnownSteps.Kinds, header))
                journal.Begin(step);
            using var read = Journal.Open(path, KnownSteps.Kinds);
            read.Unread.Select(u => u.Reason).Should().BeEmpty();
            read.Entries.Should().ContainSingle().Which.Step.Should().BeOfType(step.GetType());
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    // By its longest constructor, and the members that must be given.
    private static object Make(Type type, int depth)
    {
        var constructor = type.GetConstructors().MaxBy(c => c.GetParameters().Length)!;
        var nullability = new NullabilityInfoContext();
        var made = constructor.Invoke([.. constructor.GetParameters().Select(p =>
            nullability.Create(p).WriteState == NullabilityState.Nullable ? null : Value(p.ParameterType, depth))]);
        foreach (var member in type.GetProperties()
            .Where(p => p.IsDefined(typeof(System.Runtime.CompilerServices.RequiredMemberAttribute))))
            member.SetValue(made, Value(member.PropertyType, depth));
        return made;
    }

    private static object? Value(Type type, int depth)
    {
        if (type == typeof(string))
            return "/x";
        if (type.IsValueType)
            return Nullable.GetUnderlyingType(type) is null ? Activator.CreateInstance(type) : null;
        if (type.IsArray)
            return Array.CreateInstance(type.GetElementType()!, 0);
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>))
        {
            var list = Array.CreateInstance(type.GenericTypeArguments[0], 1);
            list.SetValue(Value(type.GenericTypeArguments[0], depth + 1), 0);
            return list;
        }

        return type == typeof(System.Net.IPAddress)
            ? System.Net.IPAddress.Loopback : depth < 4 ? Make(type, depth + 1) : null;
    }
}
