namespace MiniContainer.Cli.Tests;

public class HelpTests
{
    public static TheoryData<string> Verbs
    {
        get
        {
            var data = new TheoryData<string>();
            foreach (var verb in new MinicCommand().Subcommands.Where(v => !v.Hidden))
                data.Add(verb.Name);
            return data;
        }
    }

    [Fact]
    public void Help_of_minic_is_golden() => Check(new MinicCommand(), "minic");

    [Theory]
    [MemberData(nameof(Verbs))]
    public void Help_of_a_verb_is_golden(string verb) =>
    Check(new MinicCommand().Subcommands.Single(c => c.Name == verb), verb);

    private static void Check(System.CommandLine.Command command, string name)
    {
        var page = new StringWriter { NewLine = "\n" };
        HelpPage.Write(command, page);
        page.ToString().Split('\n').Should()
            .OnlyContain(line => line.Length <= 80, "help fits a terminal of 80 columns");
        Testing.Golden.Check(page.ToString(), $"help-{name}.txt");
    }
}
