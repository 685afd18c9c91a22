#!/usr/bin/env -S zsh -f
# Prints what zsh offers behind a line, with a completion script sourced: zsh_offers.zsh SCRIPT LINE
# An interactive zsh in a terminal of its own, as completion does not run without one. It answers through a file:
# what it writes to its terminal is mixed with the echo of what was typed.
offers=$(mktemp)
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell "PROMPT=; autoload -Uz compinit; compinit -u -D; source '$1'"
zpty -w shell "compadd() { local -a found; builtin compadd -O found \"\$@\"; print -rl -- \$found >>'$offers' }"
zpty -w shell "finish() { print -r -- '; done' >>'$offers'; exit }; zle -N finish"
zpty -w shell 'bindkey "^I" complete-word "^X" finish'
zpty -n -w shell "$2"$'\t\x18'
# Read, as a terminal that nobody reads fills up.
for ((tries = 0; tries < 500; tries++)); do
  zpty -r -t shell output 2>/dev/null
  grep -q '^; done$' "$offers" && break
  sleep 0.02
done
zpty -d shell
grep -v -e '^; done$' -e '^$' "$offers" | sort -u
rm -f "$offers"
