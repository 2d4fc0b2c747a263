# bash completion of bilag: commands and options come from `bilag help`, venues from the configuration's files.
_bilag_words()
{
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} command=${COMP_WORDS[1]} dir=${BILAG_CONFIG:-/etc/bilag} i
    for ((i = 1; i < COMP_CWORD; i++)); do
        [[ ${COMP_WORDS[i]} == --config ]] && dir=${COMP_WORDS[i + 1]}
    done
    if ((COMP_CWORD == 1)); then
        COMPREPLY=($(compgen -W "help $(bilag help 2>/dev/null | sed -n 's/^  \([a-z][a-z-]*\) .*/\1/p' | grep -vx bilag)" -- "$word"))
    elif [[ $command == help ]]; then
        COMPREPLY=($(compgen -W "settings $(bilag help 2>/dev/null | sed -n 's/^  \([a-z][a-z-]*\) .*/\1/p' | grep -vx bilag)" -- "$word"))
    elif [[ $before == --venue || $before == --like ]]; then
        COMPREPLY=($(compgen -W "$(cd "$dir/venues" 2>/dev/null && printf '%s\n' *.yaml | sed -n 's/\.yaml$//p')" -- "$word"))
    elif [[ $before == --config ]]; then
        COMPREPLY=($(compgen -d -- "$word"))
    elif [[ $word == -* ]]; then
        COMPREPLY=($(compgen -W "--help $(bilag help "$command" 2>/dev/null | sed -n 's/^  \(--[a-z-]*\).*/\1/p')" -- "$word"))
    else
        COMPREPLY=($(compgen -f -- "$word"))
    fi
}
complete -F _bilag_words bilag
