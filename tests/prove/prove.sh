#!/bin/bash
# prove.sh run [PART...] - runs the proofs that have not passed on this tree, or those named.
# prove.sh table [PART]  - the figures of this tree, or of a part's pieces, as a Markdown table.
# prove.sh keep          - the record of this tree into the repository: tests/prove/proved.
# prove.sh list          - the parts.
#
# A part is a script of tests/prove/parts. Called with `list` it prints its pieces, one per line, or
# nothing when it is whole; NAME-PIECE is a part of its own. `# cores: 1` in a script says that its
# pieces may run side by side. What passed is kept in build/prove/TREE.tsv, TREE being the
# hash of all files but texts (*.md) and what robots wrote: one line for each part, its verdict, seconds and figures. `keep` puts it into the
# repository, which does not change the tree, for who has a clone to read, or to go on from.
#
# `# kept by: PATH...` in a script names the files and folders of tests that it uses. A digest of those, of the script, of the
# product and of what builds it stands behind the figures with the commit, and a pass of another tree counts for this one
# where the digest is the same, unless that failed as well. With `# kept by: what it runs` the script, called with `same
# PIECE`, builds what it runs and prints the digest itself.
set -euo pipefail

BUILD=${BUILD:-build}
KEPT=$BUILD/prove
IN_REPOSITORY=tests/prove/proved

PRODUCT=(core plugins robots scorecards Makefile .make)

# What robots that were run here have written beside their definitions.
written_by_robots() { [[ ! -e .git ]] || git ls-files -z --others --ignored --exclude-per-directory=.gitignore -- robots 2>/dev/null || true; }

# digest_of PATH...: of all files there but texts, and but what robots have written.
digest_of() {
    find "$@" -type f ! -name '*.md' ! -path '*/__pycache__/*' ! -path "$IN_REPOSITORY/*" -print0 |
        LC_ALL=C sort -zu | LC_ALL=C comm -z -23 - <(written_by_robots | LC_ALL=C sort -zu) |
        xargs -0 sha256sum | sha256sum | cut -d' ' -f1
}
tree_of() { digest_of "${PRODUCT[@]}" tests .ci | cut -c1-12; }

list_parts() {
    local script name pieces
    for script in tests/prove/parts/*.sh; do
        name=$(basename "$script" .sh)
        mapfile -t pieces < <("$script" list)
        if [[ ${#pieces[@]} -gt 0 ]]; then printf '%s\n' "${pieces[@]/#/$name-}"; else echo "$name"; fi
    done
}

# The script and the piece of a part: "planted-no_fence" is planted.sh no_fence.
script_of() { echo "tests/prove/parts/${1%%-*}.sh"; }
piece_of() { [[ $1 != *-* ]] || echo "${1#*-}"; }

has_passed() { [[ -e $RECORD ]] && grep -qP "^$1\tPASS\t" "$RECORD"; }

# record PART VERDICT SECONDS FIGURES SAME COMMIT: in the place of what is known of the part.
record() {
    (
        flock 8
        { grep -vP "^$1\t" "$RECORD" 2>/dev/null || true; } >"$RECORD.new"
        printf '%s\t%s\t%d\t%s\t%s\t%s\n' "$@" >>"$RECORD.new"
        mv "$RECORD.new" "$RECORD"
    ) 8>"$RECORD.lock"
}

# What a part's verdict depends on; nothing when it does not say, or cannot be built.
same_of() {
    local script paths log=$KEPT/$TREE/$1.same.log
    script=$(script_of "$1")
    read -ra paths < <(sed -n 's/^# kept by: //p' "$script") || return 0
    if [[ ${paths[*]} != 'what it runs' ]]; then
        digest_of "${PRODUCT[@]}" "$script" tests/prove/lib.sh "${paths[@]}"
        return
    fi
    mkdir -p "$KEPT/$TREE/$1"
    PROVE_WORK=$KEPT/$TREE/$1 "$script" same "$(piece_of "$1")" 2>"$log" </dev/null || true
}

# Copies the pass of another tree that ran the same.
take_over() {
    local part=$1 same passed fields
    same=$(same_of "$part")
    [[ $same =~ ^[0-9a-f]{64}$ ]] || return 1
    passed=$({ cat "$KEPT"/*.tsv 2>/dev/null || true; } | awk -F '\t' -v part="$part" -v same="$same" '
        $1 == part && $5 == same && $2 == "PASS" { passed = $0 }
        $1 == part && $5 == same && $2 == "FAIL" { failed = 1 }
        END { if (!failed) print passed }')
    [[ -n $passed ]] || return 1
    mapfile -t -d $'\t' fields < <(printf '%s' "$passed")
    record "${fields[@]}"
    echo "  PASS     $part, as at ${fields[5]}, where it ran the same: ${fields[3]//;/; }" >&2
    rm -rf "${KEPT:?}/$TREE/$part"
}

# go_on_from WORK PART SAME: what another tree has of the part, where it was cut short and ran the same.
go_on_from() {
    local left
    for left in "$KEPT"/*/"$2"; do
        if [[ ! -e $1/same && -e $left/same && $(<"$left/same") == "$3" ]]; then
            rm -rf "$1"
            mv "$left" "$1"
        fi
    done
}

run_part() {
    local part=$1 script piece work status=0 began=$SECONDS verdict=PASS log same spent

    script=$(script_of "$part")
    piece=$(piece_of "$part")
    work=$KEPT/$TREE/$part # stays when the part is cut short, for it to go on from
    log=$KEPT/$TREE/$part.log
    mkdir -p "$KEPT/$TREE"
    same=$(same_of "$part")
    [[ ! $same =~ ^[0-9a-f]{64}$ ]] || go_on_from "$work" "$part" "$same"
    mkdir -p "$work"
    : >"$work/figures"
    echo "$same" >"$work/same"
    PROVE_WORK=$work PROVE_FIGURES=$work/figures timeout --kill-after=30 1500 \
        "$script" ${piece:+"$piece"} >"$log" 2>&1 </dev/null || status=$?
    [[ $status == 0 ]] || verdict=FAIL
    if [[ $status == 124 ]]; then # it goes on from there the next time
        verdict=CUT
        echo 'stopped: a part has 25 minutes' >>"$log"
    fi
    echo $((SECONDS - began)) >>"$work/spent" # by each of the times it was cut short, too
    spent=$(awk '{ sum += $1 } END { print sum }' "$work/spent")
    record "$part" "$verdict" "$spent" "$(paste -sd ';' "$work/figures")" "$same" "$COMMIT"
    printf '  %-8s %s, %d s: %s\n' "$verdict" "$part" "$spent" "$(paste -sd ';' "$work/figures" | sed 's/;/; /g')"
    if [[ $verdict == PASS ]]; then
        rm -rf "$work"
    else
        tail -n 60 "$log" | sed 's/^/    | /'
        echo "    whole output: $log"
        return 1
    fi
}

# Of the parts asked for those still to be run; a name stands for all its pieces.
wanted() {
    local part asked
    while read -r part; do
        if [[ $# == 0 ]]; then
            has_passed "$part" || take_over "$part" || echo "$part"
            continue
        fi
        for asked in "$@"; do
            if [[ $part == "$asked" ]]; then
                echo "$part" # asked for by its name: run again
            elif [[ ${part%%-*} == "$asked" ]]; then
                has_passed "$part" || take_over "$part" || echo "$part"
            fi
        done
    done < <(list_parts)
}

run() {
    local part failed=0 asked todo alone=() beside=()

    for asked in "$@"; do
        list_parts | grep -xE "$asked(-.*)?" >/dev/null || { echo "prove: no part '$asked'; there are: $(list_parts | paste -sd ' ')" >&2; exit 2; }
    done
    mapfile -t todo < <(wanted "$@")
    for part in ${todo[@]+"${todo[@]}"}; do
        if grep -q '^# cores: 1$' "$(script_of "$part")"; then beside+=("$part"); else alone+=("$part"); fi
    done
    for part in ${alone[@]+"${alone[@]}"}; do
        run_part "$part" || failed=1
    done
    if [[ ${#beside[@]} -gt 0 ]]; then
        printf '%s\0' "${beside[@]}" | xargs -0 -n 1 -P "$(nproc)" "$0" --one || failed=1
    fi
    if [[ $failed == 1 ]]; then
        echo 'PROOFS FAILED.'
        exit 1
    fi
    [[ $# -gt 0 ]] || echo "All $(list_parts | wc -l) proofs passed on tree $TREE ($COMMIT)."
}

need_record() {
    [[ ! -e $RECORD ]] || return 0
    echo "prove: nothing was proved on tree $TREE yet: \`make prove PART=NAME\` runs one part (25 minutes at most); of other trees $IN_REPOSITORY has what passed" >&2
    exit 1
}

# table: a row for each script of parts; what its pieces counted is added up. table NAME: the pieces of that part.
table() {
    need_record
    if [[ $# -gt 0 ]]; then
        echo "| Part | Verdict | Seconds | Figures |"
        echo "|---|---|---|---|"
        grep -P "^$1[-\t]" "$RECORD" | sort |
            awk -F '\t' '{ gsub(/;/, ", ", $4); printf "| %s | %s | %s | %s |\n", $1, $2, $3, $4 }'
        return
    fi
    echo "| Part | Passed | Seconds | Figures |"
    echo "|---|---|---|---|"
    { list_parts | sed 's/$/\tLISTED/'; sort "$RECORD"; } | awk -F '\t' '
        { part = $1; sub(/-.*/, "", part) }
        $2 == "LISTED" { if (!pieces[part]++) order[++parts] = part; next }
        { passed[part] += $2 == "PASS"; seconds[part] += $3; count = split($4, figures, ";") }
        { for (i = 1; i <= count; i++) add(part, figures[i]) }
        # What is of one piece alone is left out; times and sizes: the most; shares: the least.
        function add(part, figure,    name, value) {
            name = figure; sub(/=.*/, "", name)
            value = figure; sub(/^[^=]*=/, "", value)
            if (name ~ /^(seed|seeds|every|corpus|per_second|of_glibc|depth|not_run)$/) return
            if (!((part, name) in sum)) {
                names[part] = names[part] " " name
                sum[part, name] = value
            } else if (name ~ /_(ms|kib|s)$/) {
                if (value + 0 > sum[part, name] + 0) sum[part, name] = value
            } else if (name ~ /_share$/) {
                if (value + 0 < sum[part, name] + 0) sum[part, name] = value
            } else
                sum[part, name] += value
        }
        END {
            for (p = 1; p <= parts; p++) {
                part = order[p]
                shown = ""
                count = split(names[part], known, " ")
                for (i = 1; i <= count; i++)
                    shown = shown (i > 1 ? ", " : "") known[i] " " sum[part, known[i]]
                gsub(/_/, " ", shown)
                printf "| `%s` | %d of %d | %d | %s |\n", part, passed[part], pieces[part], seconds[part], shown
            }
        }'
}

# keep: of other trees nothing, for what still holds of them was taken over.
keep() {
    need_record
    mkdir -p "$IN_REPOSITORY"
    rm -f "$IN_REPOSITORY"/*.tsv
    sort "$RECORD" >"$IN_REPOSITORY/$TREE.tsv"
    echo "$IN_REPOSITORY/$TREE.tsv: $(grep -cP '^[^\t]*\tPASS\t' "$RECORD") of $(list_parts | wc -l) parts passed"
}

TREE=$(tree_of)
RECORD=$KEPT/$TREE.tsv
COMMIT=$(git describe --always --dirty 2>/dev/null || echo 'no commit')
mkdir -p "$KEPT"
for kept in "$IN_REPOSITORY"/*.tsv; do
    [[ ! -e $kept || -e $KEPT/${kept##*/} ]] || cp "$kept" "$KEPT"
done
case ${1:-} in
run) run "${@:2}" ;;
table) table "${@:2}" ;;
keep) keep ;;
list) list_parts ;;
--one) run_part "$2" ;;
*) echo 'usage: prove.sh run [PART...] | table [PART] | keep | list' >&2 && exit 2 ;;
esac
