# completion.fish: the same for fish as completion.bash for bash. fish loads it from where scripts/install puts it; or
# sourced: minic completion fish | source. See complete(1).
function __minic_suggest
    set -l words (commandline -opc)
    set -l word (commandline -ct)
    # All words up to the cursor; where nothing is typed yet an empty one, so that the line ends in a space.
    set -l line (string join ' ' -- minic $words[2..-1] "$word")
    set -l suggestions ($words[1] "[suggest:"(string length -- "$line")"]" "$line" 2>/dev/null | string match '?*')
    if test (count $suggestions) -eq 0
        # Where the program has nothing to say, it is a file name.
        __fish_complete_path "$word"
    else
        # Of --explain=devices the program suggests what follows the equals sign.
        set -l option (string match -r -- '^-.*=' "$word")
        printf "$option%s\n" $suggestions
    end
end
complete -c minic -f -a '(__minic_suggest)'
complete -c lab -f -a '(__minic_suggest)'
