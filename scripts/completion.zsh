#compdef minic lab
# completion.zsh: the same for zsh as completion.bash for bash, as the function _minic, which zsh loads by itself from
# where scripts/install puts it; or sourced: source <(minic completion zsh). See zshcompsys(1).
_minic() {
  # All words up to the cursor; where nothing is typed yet an empty one, so that the line ends in a space.
  local -a before=("minic" "${(@)words[2,CURRENT-1]}" "$PREFIX")
  (( CURRENT > 2 )) || before=("minic" "$PREFIX")
  local line="${(j: :)before}"
  local -a suggestions=("${(@f)$("${(Q)words[1]}" "[suggest:${#line}]" "$line" 2>/dev/null)}")
  # Of --explain=devices the program suggests what follows the equals sign.
  [[ $PREFIX != -*=* ]] || compset -P 1 '*='
  # Where it has nothing to say, it is a file name.
  [[ -n ${suggestions[1]} ]] && compadd -- "${suggestions[@]}" || _files
}
if [[ ${funcstack[1]} == _minic ]]; then _minic "$@"; else compdef _minic minic lab; fi
