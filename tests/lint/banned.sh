#!/bin/bash
# banned.sh - calls and words that are not used here (core/README.md, "Rules of the code").
set -euo pipefail
cd "${1:-.}"

mapfile -t sources < <(find core scorecards plugins tests -name '*.[ch]' | sort)
mapfile -t texts < <(find core scorecards plugins tests robots Makefile .make .ci -type f \
    -regextype posix-extended -regex '.*(\.[ch]|\.sh|\.mk|\.sql|\.md|Makefile|\.ci/.*)' 2>/dev/null | sort)

# Calls: comments and the insides of strings are blanked out first, lines are kept.
calls() {
    perl -0777 -ne '
        my $calls = "strcpy|strcat|sprintf|vsprintf|strtok|gets|system|popen|atoi|atol"
            . "|localtime|gmtime|asctime|ctime";
        our $text = $_;
        sub blank { my $s = shift; $s =~ s/[^\n]/ /g; $s }
        sub line { my $at = shift; 1 + (substr($text, 0, $at) =~ tr/\n//) }
        $text =~ s{(/\*.*?\*/|//[^\n]*)|"((?:\\.|[^"\\\n])*)"|(\x27(?:\\.|[^\x27\\\n])+\x27)}
                  {defined $1 ? blank($1) : defined $2 ? "\"" . blank($2) . "\"" : blank($3)}gse;
        while ($text =~ /(?<![\w.>])($calls)\s*\(/g) {
            print "$ARGV:", line($-[1]), ": $1() is banned (core/README.md)\n";
        }
        while ($text =~ /\bsqlite3_exec\s*\(\s*[^,]*,\s*+(?!\x22|[A-Z][A-Z_]*\s*,)/g) {
            next if $ARGV =~ m{^tests/}; # they forge what a store must refuse
            print "$ARGV:", line($-[0]), ": sqlite3_exec() takes a literal only\n";
        }' "${sources[@]}"
}

# Words that put work off; written apart so that this file may pass.
words() {
    grep -nwE 'TO''DO|FIX''ME|X''XX' "${texts[@]}" | sed 's/$/  <- finish it, or say it in an issue/'
}

found=$(calls; words || true)
[[ -z $found ]] || { echo "$found" >&2 && exit 1; }
