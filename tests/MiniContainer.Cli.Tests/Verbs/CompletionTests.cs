// The three shells complete minic's command lines, by the scripts that minic prints and scripts/install installs.

namespace MiniContainer.Cli.Tests.Verbs;

[Collection("minic")]
public sealed class CompletionTests : MinicTest
{
    // A command minic on the path, whatever the program's file is called.
    private const string Place = """
        mkdir bin; printf '#!/bin/sh\nexec "%s" "$@"\n' "$MINIC" > bin/minic; chmod +x bin/minic
        export PATH=$TMP/bin:$PATH HOME=$TMP; touch afile

        """;

    [Theory]
    [InlineData("minic doc", "doctor")]
    [InlineData("minic pod lo", "logs")]
    [InlineData("minic run --explain=dev", "devices")]
    [InlineData("minic completion f", "fish")]
    [InlineData("minic run -b afi", "afile")]
    public void Bash_completes(string line, string expected)
    {
        var outcome = Make().Sh(Place + $$"""
            "$MINIC" completion bash > script
            cat > ask <<'END'
            . ./script
            COMP_LINE='{{line}}'; COMP_POINT=${#COMP_LINE}
            IFS=' =' read -ra COMP_WORDS <<< "$COMP_LINE"; COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
            _minic; [ ${#COMPREPLY[@]} -gt 0 ] || COMPREPLY=($(compgen -f -- "${COMP_WORDS[COMP_CWORD]}")); echo "${COMPREPLY[@]}"
            END
            unset -f minic; bash ask
            """);
        outcome.Should().Be(new Outcome(0, expected + "\n", ""));
    }

    [Theory]
    [InlineData("minic doc", "doctor")]
    [InlineData("minic pod lo", "logs")]
    [InlineData("minic run --explain=dev", "--explain=devices")]
    [InlineData("minic completion ", "bash fish zsh")]
    [InlineData("minic run -b afi", "afile")]
    public void Fish_completes(string line, string expected)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/fish"), "needs fish: scripts/setup test");
        var outcome = Make().Sh(Place + $$"""
            "$MINIC" completion fish > script
            fish --no-config -c 'source script; complete -C "{{line}}"' | grep -v '^-[^-]\|^--[^e]' | tr '\n' ' '
            """);
        outcome.Should().Be(new Outcome(0, expected + " ", ""));
    }

    [Theory]
    [InlineData("minic doc", "minic doctor")]
    [InlineData("minic pod lo", "minic pod logs")]
    [InlineData("minic run --explain=dev", "minic run --explain=devices")]
    [InlineData("minic completion f", "minic completion fish")]
    [InlineData("minic run -b afi", "minic run -b afile")]
    public void Zsh_completes(string line, string expected)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/zsh"), "needs zsh: scripts/setup test");
        // Its completion needs a line that is being edited: zsh has a terminal for that. What it made of the line is
        // written to a file, and the line is never executed.
        var outcome = Make().Sh(Place + $$"""
            mkdir functions; "$MINIC" completion zsh > functions/_minic
            cat > ask <<'END'
            zmodload zsh/zpty
            zpty z zsh -f -i
            zpty -w z 'fpath=($PWD/functions $fpath); autoload -U compinit; compinit -u -D; show() { print -r -- "$BUFFER" > made; zle kill-buffer }; zle -N show; bindkey "^I" complete-word "^X" show; print -r -- RE""ADY'
            zpty -r z out '*READY*'
            zpty -n -w z '{{line}}'$'\t\x18'
            until [[ -s made ]]; do zpty -r -t z out; sleep 0.05; done
            zpty -d z
            END
            timeout 60 zsh -f ask; sed 's/ *$//' made
            """);
        outcome.Should().Be(new Outcome(0, expected + "\n", ""));
    }
}
