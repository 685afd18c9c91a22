#!/usr/bin/env -S zsh -f
# Prints what zsh offers behind a line, with a completion script sourced: zsh_offers.zsh SCRIPT LINE
# An interactive zsh in a terminal of its own, as completion does not run without one.
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell "PROMPT=; autoload -Uz compinit; compinit -u -D; source $1"
zpty -w shell 'compadd() {
  local -a found
  builtin compadd -O found "$@"
  for each in $found; do print -r -- "OFFER $each"; done
}
finish() { print -r -- DONE; exit }
zle -N finish
bindkey "^I" complete-word "^X" finish
print -r -- READY'
zpty -r shell output '*READY'$'\r'
zpty -n -w shell "$2"$'\t\x18'
zpty -r shell output '*DONE*'
print -r -- "$output" | tr -d '\r' | sed -n 's/^.*OFFER //p' | sort -u
zpty -d shell
