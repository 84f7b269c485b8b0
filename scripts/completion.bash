# shellcheck shell=bash
# completion.bash: lets Tab complete the verbs, options and names of minic and lab. Sourced by bash; scripts/install puts
# it where bash looks, and `minic completion bash` prints it. The program answers itself: "[suggest:N]" asks what could
# stand at character N of the line. See "Programmable Completion" in bash(1).
_minic() {
  local word=${COMP_WORDS[COMP_CWORD]} line suggestions
  # The command as typed may be a path; what comes after it is what counts.
  line="minic ${COMP_LINE#*[[:space:]]}"
  local at=$((COMP_POINT - ${#COMP_LINE} + ${#line}))
  # Readline takes the = of --explain=devices for a word.
  [[ $word == = ]] && word=
  mapfile -t suggestions < <("${COMP_WORDS[0]}" "[suggest:$at]" "$line" 2>/dev/null)
  mapfile -t COMPREPLY < <(compgen -W "${suggestions[*]}" -- "$word")
}
# Where the program has nothing to say, it is a file name.
complete -o bashdefault -o default -F _minic minic lab
